"""The contacts of a block: closed unless a fault holds one open, some of them wired in series to a drive."""

from collections.abc import Collection, Sequence
from math import inf

from simulators.circuit import Circuit


class Contacts:
    """Contacts by name, in their order on the block."""

    def __init__(self, names: Sequence[str], wired: Collection[str], circuit: Circuit) -> None:
        """Take the contacts; those in `wired` make the circuit.

        Raises:
            ValueError: one that is wired is not there.
        """
        missing = sorted(set(wired) - set(names))
        if missing:
            raise ValueError(f"the circuit has {', '.join(missing)}, the block only {', '.join(names)}")
        self.names = tuple(names)
        self._wired = frozenset(wired)
        self._circuit = circuit
        self._open_until_s: dict[str, float] = {}

    def closed(self, name: str) -> bool:
        """Tell whether a contact is closed now."""
        return name not in self._open_until_s

    def open(self, t_s: float, name: str, for_s: float) -> None:
        """Let a contact open, for so long."""
        self._open_until_s[name] = t_s + for_s
        self._switch(t_s)

    def advance(self, t_s: float) -> float | None:
        """Close what has been open for long enough; return when the next is closed again."""
        over = [name for name, until_s in self._open_until_s.items() if until_s <= t_s]
        for name in over:
            del self._open_until_s[name]
        if over:
            self._switch(t_s)
        next_s = min(self._open_until_s.values(), default=inf)
        return None if next_s == inf else next_s

    def _switch(self, t_s: float) -> None:
        self._circuit.switch(t_s, closed=not self._wired & set(self._open_until_s))
