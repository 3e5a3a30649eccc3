"""What a run's journal says, folded: the only memory the engine has.

A live run and a recovery read the same object: while the run lasts every recorded event is folded at once, after a
crash the journal is folded from its beginning. Nothing here asks a device or a clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autosynth.contracts.device import Intent
from autosynth.contracts.stroke import Acquire, SetFlow, SetSpeed, SetTemperature, setting, stroke_from_json
from autosynth.contracts.stroke_solid import DosePowder, InfuseTo, StartMill, StopMill, Weigh
from autosynth.engine.actionrecord import ActionRecord, cut_off
from autosynth.engine.machine import FINAL, Command, RunState
from autosynth.engine.solidfolds import beat, handled, made_safe, milled, settled_solid, unwatched
from autosynth.journal.event import Event
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_from_json
from autosynth.station.model import Station

SOLID_VERBS = frozenset(each.VERB for each in (DosePowder, Weigh, InfuseTo, StartMill, StopMill))
TELLING = frozenset({RunState.HOLDING, RunState.HELD, RunState.STOPPING, RunState.ABORTING})
"""States that a run goes to for a reason."""
SHORTFALL_ML = 1e-3
"""Gas drawn where liquid was expected is worth a deviation above this (a microlitre is less than any dose)."""


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """An intent without an outcome: what recovery must settle."""

    seq: int
    action: str
    phase: str
    intent: Intent
    t_s: float = 0.0


@dataclass(slots=True)
class History:
    """The run so far."""

    station: Station
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    inventory: Inventory = field(init=False)
    state: RunState = RunState.IDLE
    t_s: float = 0.0
    actions: dict[str, ActionRecord] = field(default_factory=dict[str, ActionRecord])
    open_intents: dict[int, OpenIntent] = field(default_factory=dict[int, OpenIntent])
    unknown: dict[int, Mapping[str, Any]] = field(default_factory=dict[int, Mapping[str, Any]])
    device_states: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    setpoints: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    measurements: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict[str, list[Mapping[str, Any]]])
    decisions: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    deviations: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    untrusted: set[str] = field(default_factory=set[str])
    identities: dict[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Model, serial number and firmware of each device, as it answered when it was first met."""
    milling: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Mills that were started, or may have been, and whose time has not been booked yet; see `milltime.Left`."""
    blocks: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    """Stretches of milling: jar, frequency, how long with what uncertainty, J/g, and from when if that is known."""
    handled: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    """What hands have done to jars, who and when."""
    unsafe: dict[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str])
    """Vessel, device, verb -> why the device could not be told this part of the vessel's safe state."""
    verdicts: dict[int, str] = field(default_factory=dict[int, str])
    hold_reason: str = ""
    """Why the run was held, or stopped or aborted, the last time that somebody said why."""
    held_by: str = ""
    """Who gave the last Hold, or joined it before the run was Held."""
    cooled: set[str] = field(default_factory=set[str])
    """Vessels whose heater a live rule has switched off since the last restart."""
    strokes: int = 0

    def __post_init__(self) -> None:
        self.inventory = Inventory.full(self.station)

    @property
    def finished(self) -> bool:
        """Return whether the run is in a final ISA-88 state."""
        return self.state in FINAL

    def apply(self, event: Event) -> None:
        """Fold one event; kinds this version does not know change nothing but the time."""
        self.t_s = max(self.t_s, event.t_s)
        fold = _FOLDS.get(event.kind)
        if fold is not None:
            fold(self, event)

    def action(self, action: str) -> ActionRecord | None:
        """Return the record of an action, if it was started."""
        return self.actions.get(action)

    def is_done(self, action: str) -> bool:
        """Return whether the action has ended."""
        record = self.actions.get(action)
        return record is not None and record.done_s is not None


def _opened(history: History, event: Event) -> None:
    history.meta = event.payload
    history.inventory = inventory_from_json(event.payload["inventory"], history.station)
    positions = history.inventory.positions
    history.untrusted = {pump for pump in history.inventory.plumbing.pumps if positions.get(pump) is None}


def _connected(history: History, event: Event) -> None:
    for device, identity in event.payload["devices"].items():
        history.identities.setdefault(device, identity)
    unwatched(history)


def _state(history: History, event: Event) -> None:
    history.state = RunState(event.payload["to"])
    if history.state is RunState.RESTARTING:
        history.cooled.clear()
    if history.state in TELLING:
        history.hold_reason = event.payload.get("reason") or history.hold_reason
    if event.payload.get("command") == Command.HOLD:
        history.held_by = event.payload.get("who", "")
    if history.state in FINAL:
        for device in history.untrusted & history.inventory.positions.keys():
            history.inventory.turn(device, None)  # the next run finds it untrusted


def _joined(history: History, event: Event) -> None:
    """Somebody else has a reason, too, for a Hold that is being carried out."""
    history.hold_reason, history.held_by = event.payload["reason"], event.payload["who"]


def _started(history: History, event: Event) -> None:
    if event.action not in history.actions:
        history.actions[str(event.action)] = ActionRecord(str(event.action), event.t_s, event.payload)
        _lineage(history, event)


def _lineage(history: History, event: Event) -> None:
    """Note of what the sample is that goes into a place of a rack, or from what it is mixed there."""
    source, vessel = event.payload.get("source"), event.payload.get("vessel")
    spec = history.station.vessels.get(str(vessel))
    if spec is None or not spec.rack:
        return
    origins, run = history.inventory.origins, history.meta.get("run", "")
    if source is None and event.payload.get("verb") == "add":
        before = origins.get(spec.name, "")
        held = before.rpartition(", ")[0].split(" + ") if before.endswith(f" of run {run}") else []
        source = " + ".join(dict.fromkeys([*held, str(event.payload["reagent"])]))
    if source is not None:
        origins[spec.name] = f"{source}, {event.action} of run {run}"


def _intent(history: History, event: Event) -> None:
    payload = event.payload
    intent = Intent(payload["device"], stroke_from_json(payload["stroke"]), payload["before"], payload["expected"])
    history.open_intents[event.seq] = OpenIntent(event.seq, str(event.action), payload["phase"], intent, event.t_s)
    if (record := history.actions.get(str(event.action))) is not None:
        record.intents += 1


def _settled(history: History, event: Event) -> None:
    """An outcome or a reconciliation: the liquid moved as far as the payload says, and the intent is closed."""
    payload = event.payload
    verdict = payload.get("verdict", "done")
    if event.kind == "settled":
        history.verdicts[payload["intent"]] = verdict
    if verdict == "unknown":
        history.unknown[payload["intent"]] = payload
        return
    history.unknown.pop(payload["intent"], None)
    opened = history.open_intents.pop(payload["intent"])
    history.strokes += 1
    device, verb = opened.intent.device, opened.intent.stroke.VERB
    history.device_states[device] = payload["state"]
    carried_out = verdict != "not_started"
    if verdict == "done":  # it obeys again
        history.unsafe = {duty: why for duty, why in history.unsafe.items() if duty[1] != device}
    if verb == "turn_to":
        port = payload["state"].get("port")
        history.inventory.turn(device, None if port is None else str(port))
    elif isinstance(set_to := opened.intent.stroke, SetSpeed | SetTemperature | SetFlow):
        if carried_out:
            history.setpoints[device, verb] = setting(set_to)
    elif verb in {"move_plunger", "home_plunger"}:
        _liquid(history, event, opened)
    elif isinstance(stroke := opened.intent.stroke, Acquire) and verdict == "done":
        history.actions[opened.action].folder = stroke.block.folder
    elif verb in SOLID_VERBS:
        settled_solid(history, event, opened, verdict)
    elif verb in {"move_lift", "home_sampler"} and device in history.inventory.positions:
        port = payload["state"].get("port")
        history.inventory.turn(device, None if port is None else str(port))


def _liquid(history: History, event: Event, opened: OpenIntent) -> None:
    payload, device = event.payload, opened.intent.device
    moved, sd, gain = payload["moved_ml"], payload["moved_sd_ml"], payload["gain_rel_sd"]
    if opened.intent.stroke.VERB == "home_plunger":
        if payload.get("verdict") == "not_started":
            return
        moved, sd = _homed(history, payload, opened)
        if (homed := history.actions.get(opened.action)) is not None:
            homed.homes.append(next(reversed(homed.marks), ""))
    elif history.inventory.open_path(device) is None:  # its place was lost since: the stroke went where the valve stood
        port = opened.intent.before.get("port")
        history.inventory.turn(device, None if port is None else str(port))
    if moved and history.inventory.open_path(device) is not None:
        displacement = history.inventory.displace(device, moved, sd, gain, cut=cut_off(event))
        draining = "content" in history.actions[opened.action].marks  # gas after the last drop is meant
        if displacement.shortfall_ml > SHORTFALL_ML and not draining:
            shortfall = {"what": "drew gas", "device": device, "shortfall_ml": displacement.shortfall_ml}
            history.deviations.append({**shortfall, "action": event.action, "t_s": event.t_s})
    record = history.actions.get(opened.action)
    if record is not None:
        record.count(opened.phase, moved, sd, gain)


def _homed(history: History, payload: Mapping[str, Any], opened: OpenIntent) -> tuple[float, float]:
    """Open the way to waste and return what left the syringe: all of it, or the share that a person booked."""
    device, done = opened.intent.device, payload.get("verdict", "done") == "done"
    port = (payload["state"] if done else opened.intent.expected).get("port")
    history.inventory.turn(device, None if port is None else str(port))
    held_ml = history.inventory.syringe_ml(device)  # the syringe ends empty, whatever the position said
    if done:
        history.untrusted.discard(device)
        return held_ml, payload["moved_sd_ml"]
    most_ml = max(abs(payload["low_ml"]), abs(payload["high_ml"]))
    share = held_ml / most_ml if most_ml else 0.0
    return share * abs(payload["moved_ml"]), share * payload["moved_sd_ml"]


def _mark(history: History, event: Event) -> None:
    history.actions[str(event.action)].marks[event.payload["phase"]] = event.payload
    if "liquid" in event.payload:
        history.inventory.last_liquid[event.payload["pump"]] = event.payload["liquid"]


def _done(history: History, event: Event) -> None:
    record = history.actions[str(event.action)]
    record.done_s = event.t_s
    record.result = event.payload


def _measured(history: History, event: Event) -> None:
    entry = {**event.payload, "action": event.action, "t_s": event.t_s}
    history.measurements.setdefault(event.payload["as"], []).append(entry)


def _decision(history: History, event: Event) -> None:
    history.decisions.append({**event.payload, "action": event.action, "t_s": event.t_s})


def _deviation(history: History, event: Event) -> None:
    history.deviations.append({**event.payload, "action": event.action, "t_s": event.t_s})
    if event.payload.get("does") == "heater_off":
        history.cooled.add(event.payload["vessel"])


def _observed(history: History, event: Event) -> None:
    """What an instrument said of itself when asked outside a stroke; the ledger takes its valve's word."""
    device, state = event.payload["device"], event.payload["state"]
    history.device_states[device] = state
    if "port" in state and device in history.inventory.positions:
        port = state["port"]
        history.inventory.turn(device, None if port is None else str(port))


def _untrusted(history: History, event: Event) -> None:
    history.untrusted.add(event.payload["device"])


_FOLDS: Mapping[str, Callable[[History, Event], None]] = {
    "run.opened": _opened,
    "connected": _connected,
    "state": _state,
    "hold.joined": _joined,
    "action.started": _started,
    "intent": _intent,
    "outcome": _settled,
    "settled": _settled,
    "action.phase": _mark,
    "action.done": _done,
    "measured": _measured,
    "decision": _decision,
    "deviation": _deviation,
    "untrusted": _untrusted,
    "observed": _observed,
    "handled": handled,
    "milled": milled,
    "beat": beat,
    "safe": made_safe,
}
