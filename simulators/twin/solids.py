"""Everything solid of one bench: jars and where they stand, mills, dosing heads, what a balance shows.

A bench without jars and powders has an empty one of these, which costs nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from simulators.twin.charge import Charge
from simulators.twin.contents import Array, Plug
from simulators.twin.jar import BENCH, Jar, book, jar_of
from simulators.twin.losses import Losses
from simulators.twin.mechanochemistry import milling
from simulators.twin.powders import Fall, Powder, powders_of
from simulators.twin.shaking import Shaking
from simulators.twin.solvothermal import solvothermal
from simulators.twin.substances import substance_name
from simulators.twin.vessel import Vessel
from simulators.twin.warmth import Mill


class Solids:
    """Jars, mills, powders and heads."""

    def __init__(
        self,
        bench: Mapping[str, Any],
        vessels: Mapping[str, Vessel],
        losses: Losses,
        rng: np.random.Generator,
        *,
        perturb: bool,
    ) -> None:
        """Read them from a bench description.

        Raises:
            ValueError: a jar stands on, or a head sits in, what is not there; two jars stand in one place.
        """
        self._vessels, self._losses = vessels, losses
        self.devices: Mapping[str, Mapping[str, Any]] = bench.get("devices", {})
        self.milling = milling(bench.get("milling", {}), rng, perturb=perturb)
        self.growth = solvothermal(bench.get("solvothermal", {}))
        self.powders = powders_of(bench)
        self.heads: dict[str, str] = {}
        self.mills: dict[str, Mill] = {}
        self.jars: dict[str, Jar] = {}
        self._falls: dict[str, list[Fall]] = {}
        self._litter_mg: dict[str, float] = {}
        for name, entry in bench.get("vessels", {}).items():
            if "jar" in entry or "solids_mg" in entry:
                self._read(name, entry)
        for name, device in self.devices.items():
            if device.get("head") is not None:
                self.mount(name, str(device["head"]))

    def vessel(self, name: str) -> Vessel:
        """Return a vessel.

        Raises:
            ValueError: there is no such vessel.
        """
        if name not in self._vessels:
            message = f"there is no vessel {name} on this bench; it has {', '.join(sorted(self._vessels))}"
            raise ValueError(message)
        return self._vessels[name]

    def jar(self, vessel: str) -> Jar:
        """Return what holds a vessel's solids; a vial begins to when somebody puts some in.

        Raises:
            ValueError: there is no such vessel.
        """
        if vessel not in self.jars:
            self.jars[vessel] = Jar(self.vessel(vessel), self.milling, growth=self.growth)
        return self.jars[vessel]

    def mill(self, device: str) -> Mill:
        """Return a mill; any device becomes one when it shakes."""
        if device not in self.mills:
            self.mills[device] = Mill(Shaking(), self.milling.warming)
            standing = self.at(device)
            if standing is not None:
                self.jars[standing].mill = self.mills[device]
        return self.mills[device]

    def shake(self, device: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        """Change the plan of a mill's frequency from `t0_s` on."""
        self.mill(device).shaking.plan(from_hz, to_hz, t0_s, t1_s)

    def settle(self, vessel: str, t_s: float) -> None:
        """Bring a jar to a time, before its liquid changes; anything else is left alone."""
        if vessel in self.jars:
            self.jars[vessel].advance(t_s)

    def at(self, place: str) -> str | None:
        """Return the jar that stands at a device."""
        return next((name for name, jar in self.jars.items() if jar.place == place != BENCH), None)

    def place(self, vessel: str, place: str, t_s: float) -> None:
        """Stand a jar at a device or on the bench.

        Raises:
            ValueError: the device is not there or taken, or a mill that is concerned still shakes.
        """
        jar = self.jar(vessel)
        if place != BENCH and place not in self.devices:
            message = f"{vessel} cannot stand at {place}; there are {', '.join(sorted(self.devices))} and {BENCH}"
            raise ValueError(message)
        taken = self.at(place)
        if taken not in {None, vessel}:
            message = f"{vessel} cannot stand at {place}: {taken} does"
            raise ValueError(message)
        for device in (jar.place, place):
            self.still(device, t_s)
        jar.put(place, self.mills.get(place), t_s)

    def still(self, device: str, t_s: float) -> None:
        """Refuse to reach into a mill that shakes; raises ValueError."""
        mill = self.mills.get(device)
        if mill is not None and mill.shaking.frequency(t_s) > 0.0:
            message = f"nobody reaches into {device} while it shakes at {mill.shaking.frequency(t_s):g} Hz"
            raise ValueError(message)

    def mount(self, doser: str, powder: str | None) -> None:
        """Put a powder's head on a doser; None takes it off.

        Raises:
            ValueError: there is no such doser or powder.
        """
        if doser not in self.devices or (powder is not None and powder not in self.powders):
            message = f"no head of {powder} for {doser}; powders are {', '.join(sorted(self.powders)) or 'none'}"
            raise ValueError(message)
        self.heads.pop(doser, None)
        if powder is not None:
            self.heads[doser] = powder

    def head(self, doser: str) -> Powder | None:
        """Return what is mounted on a doser."""
        return self.powders.get(self.heads.get(doser, ""))

    def fall(self, doser: str, mass_mg: float, t0_s: float, t1_s: float) -> float:
        """Let powder fall from a doser's head onto its pan; return what falls in mg."""
        powder = self.head(doser)
        if powder is None:
            return 0.0
        fallen = powder.take(mass_mg)
        total_mg = sum(fallen.values())
        balance = self._balance(doser)
        standing = self.at(balance)
        if standing is None or self.jars[standing].headspace.closed:
            self._litter_mg[balance] = self._litter_mg.get(balance, 0.0) + total_mg
        else:
            self.jars[standing].advance(t0_s)
            self.jars[standing].charge.add(fallen)
        falls = [each for each in self._falls.get(balance, []) if each.t1_s > t0_s]
        self._falls[balance] = [*falls, Fall(total_mg, t0_s, t1_s)]
        return total_mg

    def pan_mg(self, balance: str, t_s: float) -> float:
        """Return what a balance carries: a jar with all in it, powder beside it, without what still falls."""
        balance = self._balance(balance)
        standing = self.at(balance)
        load_mg = 0.0 if standing is None else self.jars[standing].mass_mg()
        coming_mg = sum(each.coming_mg(t_s) for each in self._falls.get(balance, []))
        return load_mg + self._litter_mg.get(balance, 0.0) - coming_mg

    def charge(self, vessel: str, powder: str, mass_mg: float, t_s: float) -> float:
        """Put weighed powder into a vessel by hand; return how much there was.

        Raises:
            ValueError: there is no such powder or vessel, or it is closed.
        """
        if powder not in self.powders:
            message = f"there is no powder {powder} on this bench; it has {', '.join(sorted(self.powders)) or 'none'}"
            raise ValueError(message)
        jar = self.jar(vessel)
        jar.reach_in(t_s)
        taken = self.powders[powder].take(mass_mg)
        jar.charge.add(taken)
        return sum(taken.values())

    def pour(self, vessel: str, source: str, volume_ml: float, t_s: float) -> float:
        """Measure liquid out of a bottle into an open vessel by hand; return how much there was.

        Raises:
            ValueError: there is no such vessel or bottle, or the vessel is closed.
        """
        bottle, jar = self.vessel(source), self.jar(vessel)
        jar.reach_in(t_s)
        bottle.advance(t_s)
        poured_ml = min(volume_ml, bottle.volume_ml())
        if poured_ml > 0.0:
            jar.vessel.flow_in([Plug(poured_ml, bottle.deplete(bottle.volume_ml() - poured_ml))], t_s, t_s)
        return poured_ml

    def gauge_kpa(self, vessel: str, t_s: float) -> float:
        """Return the gauge pressure in a vessel; zero for one that is no jar."""
        jar = self.jars.get(vessel)
        return 0.0 if jar is None else jar.gauge_kpa(t_s)

    def warm(self, vessel: str, by_k: float) -> None:
        """Let a jar be warmer from now on than friction makes it."""
        self.jar(vessel).hot_k += by_k

    def gas(self, vessel: str, by_kpa: float, t_s: float) -> None:
        """Let gas come into a jar; an open one does not keep it."""
        jar = self.jar(vessel)
        jar.headspace.add(by_kpa, jar.temperature_c(t_s))

    def empty(self, doser: str, left_mg: float) -> None:
        """Let the mounted head hold no more than so much."""
        powder = self.head(doser)
        if powder is not None:
            powder.left_mg = min(powder.left_mg, left_mg)

    def lose(self, vessel: str, content: Array) -> None:
        """Book liquid that left a jar."""
        self._losses.add(vessel, content)

    def take_away(self, vessel: str, t_s: float) -> float:
        """Let an empty vessel stand where a full one stood, and return the volume in mL that went with that.

        Raises:
            KeyError: there is no such vessel.
        """
        held = self._vessels[vessel]
        held.advance(t_s)
        gone_ml = held.volume_ml()
        self.lose(vessel, held.deplete(0.0))
        return gone_ml

    def describe(self, t_s: float) -> dict[str, dict[str, Any]]:
        """Return every jar at a time, JSON-able."""
        return {name: jar.describe(t_s) for name, jar in self.jars.items()}

    def parameters(self, looks: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the bench's hidden numbers of solids, how they look among them; nothing for a bench without solids."""
        told = {**self.milling.describe(), "solvothermal": self.growth.describe()}
        return {"solids": {**told, **looks()}} if self.jars or self.powders else {}

    def describe_powders(self) -> dict[str, Any]:
        """Return what is left of every powder, JSON-able."""
        return {name: powder.describe() for name, powder in self.powders.items()}

    def _read(self, name: str, entry: Mapping[str, Any]) -> None:
        jar = jar_of(self._vessels[name], entry, self.milling, self.growth)
        self.jars[name] = jar
        solids: dict[str, float] = {}
        book(solids, {substance_name(each): float(mg) for each, mg in entry.get("solids_mg", {}).items()})
        jar.charge = Charge()
        jar.charge.add(solids)
        self.place(name, str(entry.get("jar", {}).get("at", BENCH)), 0.0)

    def _balance(self, doser: str) -> str:
        """Return the balance under a doser's head: the one its entry names, else itself."""
        return str(self.devices.get(doser, {}).get("balance", doser))
