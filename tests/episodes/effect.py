"""What a command on a wire does."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Effect:
    """One command with an effect.

    Attributes:
        device: Who hears it.
        verb: The stroke it is part of, or "stop".
        value: What it asks for: an increment, a port, a speed, a temperature (None: off).
        sizes: Quantities with limits, by name.
        again: Whether the instrument can tell that it is a repetition.
        relative: Whether what it does depends on what was done before.
    """

    device: str
    verb: str
    value: float | str | None = None
    sizes: Mapping[str, float] = field(default_factory=dict[str, float])
    again: bool = False
    relative: bool = False
