"""What is the case with a vessel now, would be with a stroke made, or will be once a restart has brought it back.

From the history (contents, settings, scans under way) and the sensors' last readings; nothing is asked of a device.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import add
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.potentiostat import Voltammetry
from autosynth.contracts.stroke import AnyStroke, MovePlunger, Scan, SetTemperature
from autosynth.contracts.stroke_solid import StartMill
from autosynth.engine.control import Control
from autosynth.engine.history import History
from autosynth.engine.machine import RunState
from autosynth.engine.readings import Readings
from autosynth.plan.live import Situation, tellers
from autosynth.plan.tree import Plan
from autosynth.station.mixture import Mixture
from autosynth.station.model import JarSpec, VesselSpec

STALE_S = 10.0
"""A reading older than this is none [assumed: three failed readings, and no vessel warms by 10 K meanwhile]."""
GRACE_S = 5.0
"""So much longer than its quiet time and a step the first point of a scan may take to come, and any next one."""
SAFE_STATES = frozenset({RunState.HOLDING, RunState.HELD, RunState.RESTARTING, RunState.STOPPING, RunState.ABORTING})
"""While these last vessels are heated as their safe state says, else as the run has set them."""

CHANNELS: Mapping[str, str] = {"vessel_temperature": "temperature_c"}
"""What the sampler calls a fact, where that is not its own name."""
OF_A_SCAN = frozenset({"cell_current"})
"""Facts that are told while a scan runs; all others the sampler reads once a second."""
QUIET = frozenset({RunState.HELD, RunState.RESTARTING})
"""Nothing runs in these: a scan that is still open then has been stopped."""


@dataclass(frozen=True, slots=True)
class Running:
    """A scan that is under way: its intent, its method, and since when."""

    seq: int
    method: Voltammetry
    since_s: float


class Situations:
    """The vessels of one run."""

    def __init__(self, history: History, control: Control, clock: Clock, readings: Readings) -> None:
        self._history = history
        self._control = control
        self._clock = clock
        self._readings = readings
        self._since_s = clock.now()
        """Since when every sensor is to be read: the process began, or a restart went on."""
        self._tell: dict[str, dict[str, str]] = {}
        self._scans: dict[str, Running] = {}
        self._contents: dict[str, Mixture] = {}
        self._contents_at: tuple[int, int] = (0, -1)

    def now(self, vessel: VesselSpec, *, cold: bool = False) -> Situation:
        """Return what is the case; a vessel that is kept `cold` is not heated by its safe state."""
        if self._control.state not in SAFE_STATES:
            return self._situation(vessel, self._set_c(vessel))
        return self._situation(vessel, None if cold else vessel.safe.temperature_c)

    def restored(self, vessel: VesselSpec) -> Situation:
        """Return what is the case once a restart has set again what the run had set."""
        return self._situation(vessel, self._set_c(vessel))

    def with_stroke(self, vessel: VesselSpec, device: str, stroke: AnyStroke) -> Situation:
        """Return what would be the case with this stroke of `device` made; the sampler's facts are not waited for."""
        heats = isinstance(stroke, SetTemperature) and device == vessel.heated_by
        target_c = stroke.temperature_c if isinstance(stroke, SetTemperature) and heats else self._set_c(vessel)
        adds = self._adds(vessel, device, stroke)
        found = replace(self._situation(vessel, target_c, adds), dosed_mol_min=_dosed(adds, stroke))
        if isinstance(stroke, StartMill):
            found = replace(found, on=frozenset({"milling"}))
        return replace(found, awaited=found.awaited & OF_A_SCAN)

    def with_hands(self, vessel: VesselSpec, doing: str) -> Situation:
        """Return what would be the case while hands do this to a vessel; the sampler's facts are not waited for."""
        found = self.now(vessel)
        opens = frozenset({"opens"} if doing == "open" else ())
        return replace(found, on=found.on | opens, awaited=found.awaited & OF_A_SCAN)

    def touches(self, device: str, vessel: VesselSpec) -> bool:
        """Say whether a stroke of this device concerns a vessel: it serves it, or its open path leads there."""
        if device in {vessel.heated_by, vessel.potentiostat, vessel.stirred_by, vessel.swept_by}:
            return True
        if vessel.jar is not None and device == vessel.jar.milled_by:
            return True
        inventory = self._history.inventory
        path = inventory.open_path(device) if device in inventory.syringes else None
        return path is not None and path.vessel == vessel.name

    def unread(self, vessel: VesselSpec, facts: Iterable[str]) -> bool:
        """Say whether the sampler is to tell one of these facts of a vessel, and has not lately."""
        sampled = self._sampled(vessel)
        return any(self._read(vessel, fact) is None for fact in facts if fact in sampled)

    def untold(self, vessel: VesselSpec, lost: Iterable[str]) -> frozenset[str]:
        """Return the facts of a vessel that nobody knows because the device that tells them is among the lost."""
        gone, sampled = frozenset(lost), self._sampled(vessel)
        return frozenset(
            fact for fact, device in sampled.items() if device in gone and self._read(vessel, fact) is None
        )

    def goes_on(self, vessel: VesselSpec, device: str) -> bool:
        """Say whether what a rule stops may go on: the mill runs, a stroke is open, or it is a heater."""
        if device == vessel.heated_by or device in self._history.milling:
            return True
        return any(opened.intent.device == device for opened in self._history.open_intents.values())

    def restarted(self) -> None:
        """Note that lost devices are connected again, and that their sensors are to be read anew."""
        self._since_s = self._clock.now()

    def _sampled(self, vessel: VesselSpec) -> dict[str, str]:
        """Return the facts that the sampler reads of a vessel, and the device that tells each."""
        if vessel.name not in self._tell:
            told = tellers(vessel).items()
            self._tell[vessel.name] = {
                fact: device for fact, device in told if fact not in OF_A_SCAN and device != vessel.name
            }
        return self._tell[vessel.name]

    def _read(self, vessel: VesselSpec, fact: str) -> float | None:
        return self._readings.last(vessel.name, CHANNELS.get(fact, fact), STALE_S)

    def _late(self) -> bool:
        """Say whether every sensor should have said something by now."""
        now_s = self._clock.now()
        if self._control.state is RunState.RESTARTING:  # a device may be connected again as its last act
            self._since_s = now_s
        return now_s - self._since_s > STALE_S

    def _situation(self, vessel: VesselSpec, target_c: float | None, adds: tuple[Mixture, ...] = ()) -> Situation:
        sensed: dict[str, float] = {}
        awaited: set[str] = set()
        late = self._late()
        for fact in self._sampled(vessel):
            value = self._read(vessel, fact)
            if value is not None:
                sensed[fact] = value
            elif not late and not self._readings.heard(vessel.name, CHANNELS.get(fact, fact), STALE_S):
                awaited.add(fact)
        running = self._running(vessel)
        if running is not None:
            self._current(vessel, running, sensed, awaited)
        pushed, stroke = (adds, None) if adds else self._pushing(vessel)
        found = Situation(
            partial(self._content, vessel.name),
            reduce(add, pushed) if pushed else None,
            _dosed(pushed, stroke),
            target_c,
            None if running is None else running.method,
            sensed,
            frozenset(awaited),
        )
        return found if vessel.jar is None else self._of_jar(found, vessel, vessel.jar)

    def _pushing(self, vessel: VesselSpec) -> tuple[tuple[Mixture, ...], AnyStroke | None]:
        """Return what a stroke under way pushes into a vessel."""
        for opened in self._history.open_intents.values():
            adds = self._adds(vessel, opened.intent.device, opened.intent.stroke)
            if adds and self._control.state not in QUIET:
                return adds, opened.intent.stroke
        return (), None

    def _of_jar(self, found: Situation, vessel: VesselSpec, jar: JarSpec) -> Situation:
        """Return the situation with what the ledger and the guard say of a jar."""
        still = {"mill_frequency": 0.0} if jar.milled_by is None else {}  # nothing shakes it
        ledger = self._history.inventory.solids.jars[vessel.name]
        running = jar.milled_by in self._history.milling and self._control.state not in QUIET
        return replace(
            found,
            sensed={**found.sensed, **still},
            on=frozenset({"milling"}) if running else frozenset(),
            closed=ledger.closed,
            vented=ledger.vented,
        )

    def _content(self, vessel: str) -> Mixture:
        """Return what is in a vessel; between two strokes nothing changes."""
        inventory = self._history.inventory
        at = (id(inventory), inventory.strokes)
        if at != self._contents_at:
            self._contents_at = at
            self._contents.clear()
        if vessel not in self._contents:
            self._contents[vessel] = inventory.content(vessel)
        return self._contents[vessel]

    def _current(self, vessel: VesselSpec, running: Running, sensed: dict[str, float], awaited: set[str]) -> None:
        method = running.method
        next_s = GRACE_S + method.step_v / method.rate_v_s
        current_a = self._readings.current_a(str(vessel.potentiostat), next_s)
        if current_a is not None:
            sensed["cell_current"] = current_a
        elif not self._readings.streams(str(vessel.potentiostat), next_s) and (
            self._clock.now() - running.since_s <= method.quiet_s + next_s
        ):
            awaited.add("cell_current")

    def _set_c(self, vessel: VesselSpec) -> float | None:
        """Return what the run has set; a safe state may have set what the run never did."""
        key = (str(vessel.heated_by), "set_temperature")
        value: float | None = self._history.setpoints.get(key, vessel.safe.temperature_c)
        return value

    def _adds(self, vessel: VesselSpec, device: str, stroke: AnyStroke) -> tuple[Mixture, ...]:
        """Return the plugs in the syringe and in its open path when a stroke would push them into this vessel."""
        inventory = self._history.inventory
        if not isinstance(stroke, MovePlunger) or not self.touches(device, vessel):
            return ()
        path = inventory.open_path(device)
        if path is None or stroke.to_ml >= inventory.syringe_ml(device):
            return ()
        return (*inventory.syringe(device), *(plug for name in path.lines for plug in inventory.line(name)))

    def _running(self, vessel: VesselSpec) -> Running | None:
        """Return the scan that is under way in a cell."""
        for opened in self._history.open_intents.values():
            device, stroke = opened.intent.device, opened.intent.stroke
            if device == vessel.potentiostat and isinstance(stroke, Scan) and self._control.state not in QUIET:
                known = self._scans.get(device)
                if known is None or known.seq != opened.seq:
                    known = self._scans[device] = Running(opened.seq, stroke.method, self._clock.now())
                return known
        return None


def _dosed(adds: tuple[Mixture, ...], stroke: AnyStroke | None) -> dict[str, float]:
    """Return the most mol/min of each species that a stroke pushes in: that of the plug that has most of it per mL."""
    if not isinstance(stroke, MovePlunger):
        return {}
    dosed: dict[str, float] = {}
    for plug in adds:
        for name, mol in plug.amounts_mol.items() if plug.liquid_ml > 0 else ():
            dosed[name] = max(dosed.get(name, 0.0), stroke.rate_ml_min * mol / plug.liquid_ml)
    return dosed


def potentiostats(plan: Plan, devices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the potentiostats of a station's cells that stream points, by name."""
    wired = {vessel.potentiostat for vessel in plan.station.vessels.values()}
    return {name: device for name, device in devices.items() if name in wired and hasattr(device, "on_point")}
