"""Columns of plugs: a line is a rigid tube in plug flow, a syringe is last in, first out.

What flows through a cut of the column is the stroke's volume with the stroke's error, whatever plugs it is made
of: the piece at the cut takes the difference, what remains there takes its negative. A line that holds one
liquid from end to end holds exactly its volume. A film of the last liquid stays on a line's wall and mixes into
the first piece of the next one; gas leaves it where it is.
"""

from collections import deque
from collections.abc import Iterable

from autosynth.station.content import mixed
from autosynth.station.plug import EXACTLY, PURE_GAS, SNAP_ML, Errors, Liquid, Plug, plus, same


def share_error(taken: list[Plug], rest: Plug | None, gain_ml: float, errors: Errors) -> None:
    """Make what was taken uncertain by the stroke's error as a whole, at its last piece and the `rest` beside it."""
    gain = gain_ml
    for plug in taken:
        gain -= plug.gain_ml
        errors = plus(errors, plug.errors, -1.0)
    last = taken[-1]
    last.gain_ml += gain
    last.errors = plus(last.errors, errors)
    if rest is not None:
        rest.gain_ml -= gain
        rest.errors = plus(rest.errors, errors, -1.0)


class Column:
    """Plugs in a row. `plugs[-1]` is at the end called `last`."""

    __slots__ = ("plugs",)

    def __init__(self, plugs: Iterable[Plug] = ()) -> None:
        self.plugs = deque(plugs)

    @property
    def volume_ml(self) -> float:
        """Return the volume of all plugs, mL."""
        return sum(plug.volume_ml for plug in self.plugs)

    def push(self, plug: Plug, last: bool) -> None:
        """Add a plug at one end; it joins a neighbour of the same composition."""
        if self.plugs:
            end = self.plugs[-1 if last else 0]
            if same(end.liquid, plug.liquid):
                end.join(plug)
                return
        (self.plugs.append if last else self.plugs.appendleft)(plug)

    def pop(self, volume_ml: float, last: bool) -> tuple[list[Plug], Plug | None]:
        """Take `volume_ml`, at most what there is, from one end: the pieces in order, and the one now at the cut."""
        taken: list[Plug] = []
        while volume_ml > SNAP_ML and self.plugs:
            end = self.plugs[-1 if last else 0]
            if end.volume_ml - volume_ml > SNAP_ML:
                taken.append(end.cut(volume_ml))
                return taken, end
            volume_ml -= end.volume_ml
            taken.append((self.plugs.pop if last else self.plugs.popleft)())
        return taken, self.plugs[-1 if last else 0] if self.plugs else None

    def copied(self) -> list[Plug]:
        """Return independent copies of the plugs."""
        return [plug.copy() for plug in self.plugs]


class Tube(Column):
    """A line: plugs from its `from` end to its `to` end, always its volume in sum, and the film on its wall."""

    __slots__ = ("capacity_ml", "film")

    def __init__(self, capacity_ml: float, plugs: Iterable[Plug], film: Plug) -> None:
        super().__init__(plugs)
        self.capacity_ml = capacity_ml
        self.film = film

    @classmethod
    def filled(cls, capacity_ml: float, liquid: Liquid, carry_over: float) -> "Tube":
        """Return a line full of one liquid, wetted by it; `carry_over` is the film's share of the line."""
        film = Plug(liquid if liquid.wets else PURE_GAS, capacity_ml * carry_over)
        return cls(capacity_ml, [Plug(liquid, capacity_ml)], film)

    def pass_on(self, plugs: list[Plug], forward: bool, gain_ml: float, errors: Errors) -> list[Plug]:
        """Push `plugs` in, the first of them first, and return what comes out of the other end in order."""
        for plug in plugs:
            self.push(self._wash(plug) if plug.liquid.wets and self.film.volume_ml > 0 else plug, not forward)
        out, rest = self.pop(self.volume_ml - self.capacity_ml, forward)
        if out:
            share_error(out, rest, gain_ml, errors)
        if len(self.plugs) == 1:
            self.plugs[0].gain_ml = 0.0
            self.plugs[0].errors = EXACTLY
        return out

    def _wash(self, plug: Plug) -> Plug:
        """Exchange the film with as much of `plug`."""
        film = self.film
        if same(film.liquid, plug.liquid):
            return plug
        swapped_ml = min(film.volume_ml, plug.volume_ml)
        washed = film.cut(swapped_ml)
        left = plug.cut(swapped_ml)
        self.film = mixed(film, left) if film.volume_ml > SNAP_ML else Plug(left.liquid, film.volume_ml + swapped_ml)
        return mixed(plug, washed)

    def copy(self) -> "Tube":
        """Return an independent copy."""
        return Tube(self.capacity_ml, self.copied(), self.film.copy())
