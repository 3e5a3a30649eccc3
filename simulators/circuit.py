"""The hard-wired circuit between guards and a drive: contacts in series, and whoever must know when one opens.

No message goes through it and no host can open or close it. It belongs to the device whose contacts it has.
"""

from collections.abc import Callable

Opened = Callable[[float], None]
"""Told the time at which the circuit has opened."""


class Circuit:
    """Closed while every contact is; a circuit without contacts is closed for ever."""

    def __init__(self) -> None:
        self.closed = True
        self._listeners: list[Opened] = []

    def listen(self, opened: Opened) -> None:
        """Tell somebody whenever it opens."""
        self._listeners.append(opened)

    def switch(self, t_s: float, *, closed: bool) -> None:
        """Open or close it at a time; those who listen hear of an opening at once."""
        was_closed, self.closed = self.closed, closed
        if was_closed and not closed:
            for opened in self._listeners:
                opened(t_s)


class Circuits:
    """The circuits of a bench by the device whose contacts they have, the same one to everybody who asks."""

    def __init__(self) -> None:
        self._found: dict[str, Circuit] = {}

    def __call__(self, device: str) -> Circuit:
        """Return the circuit of a device's contacts."""
        return self._found.setdefault(device, Circuit())
