"""Columns of plugs: a line is a rigid tube in plug flow, a syringe is last in, first out.

What flows through a cut of the column is the stroke's volume with the stroke's error, whatever plugs it is made
of: the piece at the cut takes the difference, what remains there takes its negative. A line that holds one
liquid from end to end holds exactly its volume. A film of the last liquid stays on a line's wall and mixes into
the first piece of the next one; gas leaves it where it is.
"""

from collections import deque
from collections.abc import Iterable

from autosynth.station.content import mixed
from autosynth.station.plug import PURE_GAS, SNAP_ML, Liquid, Plug


def same(one: Liquid, other: Liquid) -> bool:
    """Return whether two liquids have the same composition."""
    return one is other or one == other


def share_error(taken: list[Plug], rest: Plug | None, gain_ml: float, var_ml2: float) -> None:
    """Make what was taken uncertain by the stroke's error as a whole, at its last piece and the `rest` beside it."""
    last = taken[-1]
    gain = gain_ml - sum(plug.gain_ml for plug in taken)
    var = var_ml2 + sum(plug.var_ml2 for plug in taken) - last.var_ml2
    last.gain_ml += gain
    last.var_ml2 = var
    if rest is not None:
        rest.gain_ml -= gain
        rest.var_ml2 += var


def join(plugs: Iterable[Plug]) -> list[Plug]:
    """Return the plugs in order, neighbours of one composition as one."""
    joined: list[Plug] = []
    for plug in plugs:
        if joined and same(joined[-1].liquid, plug.liquid):
            before = joined[-1]
            before.volume_ml += plug.volume_ml
            before.gain_ml += plug.gain_ml
            before.var_ml2 += plug.var_ml2
        else:
            joined.append(plug)
    return joined


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
                end.volume_ml += plug.volume_ml
                end.gain_ml += plug.gain_ml
                end.var_ml2 += plug.var_ml2
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
        return [Plug(plug.liquid, plug.volume_ml, plug.gain_ml, plug.var_ml2) for plug in self.plugs]


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

    def pass_on(self, plugs: list[Plug], forward: bool, gain_ml: float, var_ml2: float) -> list[Plug]:
        """Push `plugs` in, the first of them first, and return what comes out of the other end in order."""
        for plug in plugs:
            self.push(self._wash(plug) if plug.liquid.wets and self.film.volume_ml > 0 else plug, not forward)
        out, rest = self.pop(self.volume_ml - self.capacity_ml, forward)
        if out:
            share_error(out, rest, gain_ml, var_ml2)
        if len(self.plugs) == 1:
            self.plugs[0].gain_ml = self.plugs[0].var_ml2 = 0.0
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
        return Tube(self.capacity_ml, self.copied(), Plug(self.film.liquid, self.film.volume_ml))
