"""Three-valued logic after Kleene: a decision on an uncertain number may be open, and open is never taken for no."""

from enum import Enum


class Truth(Enum):
    """TRUE, FALSE, or UNDECIDED; deliberately without a truth value, so that `if verdict:` cannot slip through."""

    FALSE = "false"
    UNDECIDED = "undecided"
    TRUE = "true"

    def __and__(self, other: "Truth") -> "Truth":
        if self is other:
            return self
        return Truth.FALSE if self is Truth.FALSE or other is Truth.FALSE else Truth.UNDECIDED

    def __or__(self, other: "Truth") -> "Truth":
        if self is other:
            return self
        return Truth.TRUE if self is Truth.TRUE or other is Truth.TRUE else Truth.UNDECIDED

    def __invert__(self) -> "Truth":
        if self is Truth.UNDECIDED:
            return self
        return Truth.FALSE if self is Truth.TRUE else Truth.TRUE

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values: compare it with `is Truth.TRUE`")

    @staticmethod
    def of(value: bool) -> "Truth":
        """Return TRUE or FALSE for a plain boolean."""
        return Truth.TRUE if value else Truth.FALSE
