"""What a repetition of a verb would do: every stroke says so of itself."""

from enum import StrEnum


class Repeat(StrEnum):
    """What a repetition of the same verb would do."""

    ABSOLUTE = "absolute"
    """Reaches the same end again; harmless while the device's position is trusted."""
    REPEATABLE = "repeatable"
    """Costs time or makes another data set, and changes no amount."""
    ONCE = "once"
    """Changes the world again: never repeated without knowing what the first did."""
