"""What one driver object can testify of the dosings that it has begun itself: that it heard the balance all the while.

A reading of the pan testifies nothing: another dosing, or another host's, may have begun at the same one. Who has begun
a dosing and seen its end knows that the balance has kept its zero since, unless it has said that it was switched on.
"""

from dataclasses import dataclass
from enum import Enum

from autosynth.contracts.device import Intent, State
from autosynth.contracts.stroke_solid import DosePowder

_Key = tuple[DosePowder, frozenset[tuple[str, object]]]


class Zero(Enum):
    """What is known of a balance's zero since a dosing began."""

    KEPT = "kept"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Begun:
    """A dosing that was begun when the balance had been switched on `restarts` times; told to dose, it has to end."""

    restarts: int
    ended: bool = True


class Witness:
    """The dosings of one driver object, told of in their order."""

    def __init__(self) -> None:
        self._shown: tuple[frozenset[tuple[str, object]], int] | None = None
        self._begun: dict[_Key, _Begun] = {}
        self._last = _Begun(0)

    def show(self, state: State, restarts: int) -> None:
        """Remember the state that the next dosing begins from, and how often it was switched on before that."""
        self._shown = frozenset(state.items()), restarts

    def begin(self, dose: DosePowder) -> None:
        """Begin a dosing from the state that was shown last; one that was begun from the same counts as the same."""
        if self._shown is None:
            self._last = _Begun(0)
            return
        shown, restarts = self._shown
        self._last = self._begun.setdefault((dose, shown), _Begun(restarts))
        self._last.ended = True

    def tell(self) -> None:
        """Be about to say that it shall dose: from here on its end has to be seen."""
        self._last.ended = False

    def end(self) -> None:
        """See the end of the dosing."""
        self._last.ended = True

    def zero(self, intent: Intent, restarts: int) -> Zero:
        """Return what is known of the zero since an intent's dosing began; `restarts` is their count by now."""
        if not isinstance(intent.stroke, DosePowder):
            return Zero.UNKNOWN
        begun = self._begun.get((intent.stroke, frozenset(intent.before.items())))
        if begun is None:
            return Zero.UNKNOWN
        if begun.restarts != restarts:
            return Zero.LOST
        return Zero.KEPT if begun.ended else Zero.UNKNOWN
