"""The ledger's state: what is in each vessel, line and syringe now, and where the valves stand.

It changes by strokes only (`turn`, `displace`) and by what people do (`put`, `take`, `set_content`), so folding
the outcomes of a journal gives the same inventory again, exactly. It never refuses a stroke that has happened:
liquid that was not there is gas, and is reported. Whether a stroke should happen is the plan's to say. Strokes of
which nobody knows how far they came are carried as doubts (`doubt.py`).
"""

from collections.abc import Callable, Iterator
from functools import reduce

from autosynth.errors import StateError
from autosynth.station.content import Content, plug_mixture
from autosynth.station.displacement import NOTHING, Displacement, reported
from autosynth.station.doubt import Doubt, carried, widened
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station, VesselSpec
from autosynth.station.plug import EXACTLY, PURE_GAS, SNAP_ML, Errors, Liquid, Plug, plus
from autosynth.station.plumbing import Path, Plumbing
from autosynth.station.solids import Solids
from autosynth.station.tube import Column, Tube, share_error


class Inventory:
    """What is where on one station. Unknown names raise KeyError: they have passed the station's check."""

    def __init__(
        self,
        plumbing: Plumbing,
        gases: frozenset[str],
        vessels: dict[str, Content],
        lines: dict[str, Tube],
        syringes: dict[str, Column],
        positions: dict[str, str | None],
    ) -> None:
        self.plumbing = plumbing
        self.positions = positions
        self.vessels = vessels
        self.lines = lines
        self.syringes = syringes
        self.strokes = 0
        self.solids = Solids()
        self.last_liquid: dict[str, str] = {}
        """The stock that each pump handled last; none on a fresh station, which is taken to be clean."""
        self.origins: dict[str, str] = {}
        """Of what the sample in each place of a rack is: run, action and vessel."""
        self.doubts: list[Doubt] = []
        """Of strokes whose extent nobody knows, the two ends; none of these has doubts of its own."""
        self._gases = gases
        self._open: dict[str, Path | None] = {}

    @classmethod
    def full(cls, station: Station) -> "Inventory":
        """Return the inventory of a fresh station: stocks and lines as declared, syringes empty, valves unknown."""
        vessels = {name: _declared(vessel) for name, vessel in station.vessels.items()}
        lines = {
            line.name: Tube.filled(line.volume_ml, _filling(station.vessels[line.filled], vessels), station.carry_over)
            for line in station.lines
        }
        plumbing = Plumbing(station)
        valves = dict.fromkeys(hop.device for pump in plumbing.pumps for p in plumbing.paths(pump) for hop in p.hops)
        syringes = {pump: Column() for pump in plumbing.pumps}
        inventory = cls(plumbing, frozenset(station.of_role("gas")), vessels, lines, syringes, valves)
        inventory.solids = Solids.full(station)
        return inventory

    def turn(self, device: str, port: str | None) -> None:
        """Note that a valve stands at `port`; None is between ports, closed or unknown."""
        for world in self.worlds():
            world.positions[device] = port
            world._open.clear()  # noqa: SLF001 - one of its own kind

    def open_path(self, pump: str) -> Path | None:
        """Return the path open at the present valve positions, or None."""
        if pump not in self._open:
            self._open[pump] = self.plumbing.connected(pump, self.positions)
        return self._open[pump]

    def displace(
        self, pump: str, volume_ml: float, random_sd_ml: float = 0.0, gain_rel_sd: float = 0.0, *, cut: bool = False
    ) -> Displacement:
        """Move the plunger by `volume_ml` (positive out of the syringe) along the open path; `cut`: it was cut off.

        Raises:
            StateError: the pump's path is closed or leads nowhere, so nothing can have moved.
        """
        empties = volume_ml > 0 and volume_ml >= self.syringe_ml(pump) - SNAP_ML

        def move(end: Inventory, ml: float, sd_ml: float) -> None:
            end._stroke(pump, end.syringe_ml(pump) if empties and ml == volume_ml else ml, sd_ml, gain_rel_sd)

        return self._stroke(pump, volume_ml, carried(self, move, volume_ml, random_sd_ml, cut=cut), gain_rel_sd)

    def _stroke(self, pump: str, volume_ml: float, random_sd_ml: float, gain_rel_sd: float) -> Displacement:
        path = self.open_path(pump)
        if path is None:
            msg = f"{pump} has no open path with valves at {self.positions}: nothing can move"
            raise StateError(msg)
        if abs(volume_ml) <= SNAP_ML:
            return Displacement(path.vessel, 0.0, NOTHING, NOTHING)
        gain_ml, errors = self._errors(volume_ml, random_sd_ml, gain_rel_sd)
        if volume_ml > 0:
            return self._dispense(path, volume_ml, gain_ml, errors)
        return self._aspirate(path, -volume_ml, gain_ml, errors)

    def _errors(self, volume_ml: float, random_sd_ml: float, gain_rel_sd: float) -> tuple[float, Errors]:
        """Return the next stroke's gain error and its own."""
        self.strokes += 1
        return gain_rel_sd * abs(volume_ml), {self.strokes: random_sd_ml} if random_sd_ml else EXACTLY

    def worlds(self) -> "Iterator[Inventory]":
        """Yield this inventory and every end of its doubts: what is done by hand is done in all of them."""
        yield self
        for doubt in self.doubts:
            yield from doubt

    def _dispense(self, path: Path, volume_ml: float, gain_ml: float, errors: Errors) -> Displacement:
        flow, rest = self.syringes[path.pump].pop(volume_ml, last=True)
        shortfall_ml = volume_ml - sum(plug.volume_ml for plug in flow)
        if shortfall_ml > SNAP_ML:
            flow.append(Plug(PURE_GAS, shortfall_ml))
        if rest is None and flow:
            gain_ml, errors = sum(plug.gain_ml for plug in flow), reduce(plus, (plug.errors for plug in flow))
        elif flow:
            share_error(flow, rest, gain_ml, errors)
        for name, forward in zip(path.lines, path.forward, strict=True):
            flow = self.lines[name].pass_on(flow, forward, gain_ml, errors)
        return self._arrived(path.vessel, flow, volume_ml, shortfall_ml)

    def _arrived(self, vessel: str, flow: list[Plug], volume_ml: float, shortfall_ml: float) -> Displacement:
        content = self.vessels[vessel]
        for plug in flow:
            if plug.liquid is not PURE_GAS:
                content.receive(plug)
        content.vent()
        return Displacement(vessel, volume_ml, plug_mixture(*flow), NOTHING, reported(shortfall_ml))

    def _aspirate(self, path: Path, volume_ml: float, gain_ml: float, errors: Errors) -> Displacement:
        shortfall_ml = 0.0
        if path.vessel in self._gases:
            flow = [Plug(PURE_GAS, volume_ml, gain_ml, errors)]
        else:
            drawn = self.vessels[path.vessel].draw(volume_ml, gain_ml, errors)
            flow = [drawn] if drawn.volume_ml > 0 else []
            shortfall_ml = volume_ml - drawn.volume_ml
            if shortfall_ml > SNAP_ML:
                flow.append(Plug(PURE_GAS, shortfall_ml))
                share_error(flow, None, gain_ml, errors)
        left = plug_mixture(*flow)
        for name, forward in zip(reversed(path.lines), reversed(path.forward), strict=True):
            flow = self.lines[name].pass_on(flow, not forward, gain_ml, errors)
        syringe = self.syringes[path.pump]
        for plug in flow:
            syringe.push(plug, last=True)
        return Displacement(path.vessel, -volume_ml, NOTHING, left, reported(shortfall_ml))

    def infuse(
        self, pump: str, volume_ml: float, random_sd_ml: float = 0.0, gain_rel_sd: float = 0.0, *, cut: bool = False
    ) -> Displacement:
        """Push `volume_ml` out of the stock that stands in a pump's own syringe, through its line; as `displace`.

        Raises:
            StateError: the pump has no stock in it, or no line.
        """

        def move(end: Inventory, ml: float, sd_ml: float) -> None:
            end._infused(pump, ml, sd_ml, gain_rel_sd)

        return self._infused(pump, volume_ml, carried(self, move, volume_ml, random_sd_ml, cut=cut), gain_rel_sd)

    def _infused(self, pump: str, volume_ml: float, random_sd_ml: float, gain_rel_sd: float) -> Displacement:
        way = self.plumbing.infusers.get(pump)
        if way is None:
            msg = f"{pump} has no stock in its syringe, or no line: nothing can move"
            raise StateError(msg)
        if abs(volume_ml) <= SNAP_ML:
            return Displacement(way.vessel, 0.0, NOTHING, NOTHING)
        gain_ml, errors = self._errors(volume_ml, random_sd_ml, gain_rel_sd)
        drawn = self.vessels[way.stock].draw(volume_ml, gain_ml, errors)
        flow = [drawn] if drawn.volume_ml > 0 else []
        shortfall_ml = volume_ml - drawn.volume_ml
        if shortfall_ml > SNAP_ML:
            flow.append(Plug(PURE_GAS, shortfall_ml))
        flow = self.lines[way.line].pass_on(flow, way.forward, gain_ml, errors)
        return self._arrived(way.vessel, flow, volume_ml, shortfall_ml)

    def content(self, vessel: str) -> Mixture:
        """Return what is in a vessel now."""
        content = self.vessels[vessel].mixture()
        for doubt in self.doubts:
            content = widened(content, (end.vessels[vessel].mixture() for end in doubt))
        return content

    def amount(self, vessel: str, species: str) -> tuple[float, float]:
        """Return mol of a species charged into a vessel and still there, and its standard uncertainty."""
        return self.content(vessel).amount(species)

    def volume_ml(self, vessel: str) -> float:
        """Return the liquid volume in a vessel, mL."""
        return self.vessels[vessel].volume_ml

    def beyond_ml(self, vessel: str) -> float:
        """Return how much more liquid may be in a vessel than the ledger says, because of strokes cut off, mL."""
        return max(world.volume_ml(vessel) for world in self.worlds()) - self.volume_ml(vessel)

    def line(self, name: str) -> list[Mixture]:
        """Return the plugs of a line, from its `from` end to its `to` end."""
        return [plug_mixture(plug) for plug in self.lines[name].plugs]

    def film(self, name: str) -> Mixture:
        """Return what clings to the wall of a line."""
        return plug_mixture(self.lines[name].film)

    def syringe(self, pump: str) -> list[Mixture]:
        """Return the plugs of a syringe; the last is at the valve and leaves first."""
        return [plug_mixture(plug) for plug in self.syringes[pump].plugs]

    def syringe_ml(self, pump: str) -> float:
        """Return the volume in a syringe, gas included, mL."""
        return self.syringes[pump].volume_ml

    def put(self, vessel: str, mixture: Mixture) -> None:
        """Add what came by hand, not through a line."""
        self.by_hand(vessel, lambda content: content.bring(mixture))

    def by_hand(self, vessel: str, change: "Callable[[Content], object]") -> None:
        """Change what a vessel holds as a person, or the air, has done it."""
        for world in self.worlds():
            change(world.vessels[vessel])

    def take(self, vessel: str, volume_ml: float) -> Mixture:
        """Remove up to `volume_ml` by hand and return it."""
        taken = [plug_mixture(world.vessels[vessel].draw(volume_ml)) for world in self.worlds()]
        return taken[0]

    def set_content(self, vessel: str, mixture: Mixture) -> None:
        """Replace what a vessel holds: a correction. What was weighed into a jar is in `solids`."""
        self.by_hand(vessel, lambda content: content.become(mixture))
        self.origins.pop(vessel, None)

    def total_mol(self, species: str) -> float:
        """Return mol of a species on the whole station: vessels, lines, films and syringes."""
        return sum(mixture.amounts_mol.get(species, 0.0) for mixture in self._everything())

    def _everything(self) -> Iterator[Mixture]:
        yield from (content.mixture() for content in self.vessels.values())
        for tube in self.lines.values():
            yield plug_mixture(*tube.plugs, tube.film)
        yield from (plug_mixture(*syringe.plugs) for syringe in self.syringes.values())

    def copy(self) -> "Inventory":
        """Return an independent copy."""
        twin = self.middle()
        twin.doubts = [Doubt(doubt.least.middle(), doubt.most.middle()) for doubt in self.doubts]
        return twin

    def middle(self) -> "Inventory":
        """Return an independent copy without its doubts."""
        twin = Inventory(
            self.plumbing,
            self._gases,
            {name: content.copy() for name, content in self.vessels.items()},
            {name: tube.copy() for name, tube in self.lines.items()},
            {name: Column(syringe.copied()) for name, syringe in self.syringes.items()},
            dict(self.positions),
        )
        twin.strokes = self.strokes
        twin.solids = self.solids.copy()
        twin.last_liquid = dict(self.last_liquid)
        twin.origins = dict(self.origins)
        return twin


def _declared(vessel: VesselSpec) -> Content:
    content = Content()
    if vessel.volume_ml:
        content.add(vessel.declared())
    return content


def _filling(vessel: VesselSpec, vessels: dict[str, Content]) -> Liquid:
    """The liquid of a fresh line: shared with its vessel where that holds some."""
    if vessel.role == "gas":
        return PURE_GAS
    return vessels[vessel.name].liquid()
