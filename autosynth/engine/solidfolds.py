"""How the history folds what concerns solids: powder that fell, what hands have done, how long a jar was milled."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autosynth.contracts.stroke_solid import DosePowder, InfuseTo, StartMill, StopMill, Weigh
from autosynth.engine.actionrecord import cut_off
from autosynth.journal.event import Event
from autosynth.station.content import Content
from autosynth.station.mixture import Mixture, Spread
from autosynth.station.solids import BENCH

if TYPE_CHECKING:
    from autosynth.engine.history import History, OpenIntent


POUR_REL_SD = 0.02
"""How well a person reads a measuring cylinder, as a part of the volume [assumed]."""
LOST_SD = 0.5
"""How unsure the vapour is that goes when a jar is vented, as a part of it [assumed]."""


def settled_solid(history: "History", event: Event, opened: "OpenIntent", verdict: str) -> None:
    """Fold the outcome or the settlement of a stroke of a mill, a head or a syringe."""
    payload, device, stroke = event.payload, opened.intent.device, opened.intent.stroke
    match stroke:
        case DosePowder():
            record = history.actions.get(opened.action)
            if record is not None and payload.get("mass_mg"):
                record.dosed_mg += payload["mass_mg"]
                record.dosed_var_mg2 += payload.get("mass_sd_mg", 0.0) ** 2
                charged(history, record.details, payload["mass_mg"], payload.get("mass_sd_mg", 0.0))
        case Weigh() if verdict == "done":
            record = history.actions.get(opened.action)
            if record is not None and payload["state"].get("mass_mg") is not None:
                record.weighed = (float(payload["state"]["mass_mg"]), float(payload.get("mass_sd_mg", 0.0)))
        case InfuseTo() if payload["moved_ml"]:
            _infused(history, event, opened)
        case StartMill():
            _started(history, event, opened, stroke, verdict)
        case StopMill() if verdict == "done":
            _rests(history, device, event.t_s)
        case _:
            pass


def _started(history: "History", event: Event, opened: "OpenIntent", stroke: StartMill, verdict: str) -> None:
    """Note that a mill runs, or that it may have run since it was told; None where nobody knows until when."""
    payload, maybe = event.payload, event.kind == "settled"
    if verdict != "done" and not payload.get("may_have_run"):
        return
    device, stands = opened.intent.device, payload["state"].get("running") is False
    before = history.milling.get(device, {"ran_s": 0.0, "sd_s": 0.0, "maybe_s": []})
    lasted_s = event.t_s - opened.t_s if stands or verdict == "done" else None
    history.milling[device] = {
        **before,
        "action": opened.action,
        "frequency_hz": stroke.frequency_hz,
        "since_s": event.t_s if verdict == "done" else before.get("since_s"),
        "beat_s": event.t_s,
        "maybe_s": [*before["maybe_s"], *([lasted_s] if maybe else [])],
        "stopped_s": None if verdict == "done" else before.get("stopped_s"),
        "unwatched": before.get("unwatched", False),
    }


def _rests(history: "History", device: str, t_s: float) -> None:
    """Note when a mill was first seen at rest since it last ran."""
    running = history.milling.get(device)
    if running is not None and running["stopped_s"] is None:
        running["stopped_s"] = t_s


def made_safe(history: "History", event: Event) -> None:
    """Note what could not be told its safe state, and that a mill has come to rest by it."""
    payload = event.payload
    duty = (str(payload["vessel"]), str(payload["device"]), str(payload["verb"]))
    history.unsafe.pop(duty, None)
    if payload["trouble"]:
        history.unsafe[duty] = str(payload["trouble"])
    if event.payload["verb"] == StopMill.VERB and not event.payload["trouble"]:
        _rests(history, event.payload["device"], event.t_s)


def unwatched(history: "History") -> None:
    """Note that another host has come: what ran when the last one was alone is known no better than by bounds."""
    for running in history.milling.values():
        running["unwatched"] = running["unwatched"] or running["stopped_s"] is None


def _infused(history: "History", event: Event, opened: "OpenIntent") -> None:
    payload, device = event.payload, opened.intent.device
    moved, sd, gain = payload["moved_ml"], payload["moved_sd_ml"], payload["gain_rel_sd"]
    displacement = history.inventory.infuse(device, moved, sd, gain, cut=cut_off(event))
    if displacement.shortfall_ml > 1e-3:
        shortfall = {"what": "drew gas", "device": device, "shortfall_ml": displacement.shortfall_ml}
        history.deviations.append({**shortfall, "action": event.action, "t_s": event.t_s})
    record = history.actions.get(opened.action)
    if record is not None:
        record.count(opened.phase, moved, sd, gain)


def charged(history: "History", details: Any, mass_mg: float, sd_mg: float) -> None:
    """Book powder that came into a jar: its mass, and the amount of what it is."""
    jar, powder, per_mg = str(details["vessel"]), str(details["powder"]), float(details["mol_per_mg"])
    history.inventory.solids.charge(jar, powder, mass_mg, sd_mg)
    if per_mg > 0:
        mol = mass_mg * per_mg
        spread = Spread(lot=mol * float(details["purity_rel_sd"]), var=(sd_mg * per_mg) ** 2)
        name = str(details["species"])
        history.inventory.put(jar, Mixture({}, {name: mol}, {}, {name: spread}))


def handled(history: "History", event: Event) -> None:
    """Fold what a person has done to a jar, or taken out of another vessel."""
    payload = event.payload
    record = history.actions[str(event.action)]
    record.marks[payload["phase"]] = payload
    if payload["do"] == "dip":
        return  # a probe that stands in a vessel takes nothing out
    history.handled.append({**payload, "action": event.action, "t_s": event.t_s})
    if payload["do"] == "expose" and "volume_ml" in payload:
        _pipetted(history, event, payload["vessel"], payload["volume_ml"])
        return
    jar = history.inventory.solids.jars[payload["vessel"]]
    match payload["do"]:
        case "place":
            for other in history.inventory.solids.jars.values():
                other.at = BENCH if other.at == payload["at"] else other.at  # two jars cannot stand in one place
            jar.at = payload["at"]
        case "close":
            jar.closed, jar.vented = True, False
        case "open":
            jar.closed, jar.vented = False, True
        case "vent":
            jar.vented = True
            lost_ml = {solvent: (ml, LOST_SD * ml) for solvent, ml in payload.get("lost_ml", {}).items()}
            history.inventory.by_hand(payload["vessel"], lambda content: content.evaporate(lost_ml))
        case "charge":
            record.dosed_mg, record.dosed_var_mg2 = payload["mass_mg"], payload["mass_sd_mg"] ** 2
            charged(history, record.details, payload["mass_mg"], payload["mass_sd_mg"])
        case "expose":
            _taken(history, event, payload["vessel"], payload["mass_mg"])
        case "pour":
            _poured(history, event)
        case "wash" | "activate":
            # amounts stay those charged: what a wash takes with it the ledger does not know
            history.inventory.by_hand(payload["vessel"], Content.dry)
        case _:
            pass


def _poured(history: "History", event: Event) -> None:
    """Move what a person has poured out of its bottle into a vessel."""
    payload = event.payload
    poured_ml, before_ml = float(payload["volume_ml"]), history.inventory.volume_ml(payload["source"])
    if poured_ml > before_ml:
        lacks = {"what": "poured above content", "vessel": payload["source"], "taken_ml": poured_ml}
        history.deviations.append({**lacks, "ledger_ml": before_ml, "action": event.action, "t_s": event.t_s})
    taken = history.inventory.take(payload["source"], poured_ml)
    var = (POUR_REL_SD * poured_ml) ** 2
    spread = {name: Spread(var=var * (ml / poured_ml) ** 2) for name, ml in taken.volumes_ml.items()}
    history.inventory.put(payload["vessel"], replace(taken, volume_spread=spread))


def _taken(history: "History", event: Event, jar: str, mass_mg: float) -> None:
    """Take an aliquot of the mixture: solid, and the amounts that go with it."""
    solids = history.inventory.solids.jars[jar]
    before = solids.solid_mg
    if mass_mg > before:
        lacks = {"what": "aliquot above content", "vessel": jar, "taken_mg": mass_mg, "ledger_mg": before}
        history.deviations.append({**lacks, "action": event.action, "t_s": event.t_s})
    solids.take(mass_mg)
    share = solids.solid_mg / before if before > 0 else 1.0
    history.inventory.by_hand(jar, lambda content: content.scale(share))


def _pipetted(history: "History", event: Event, vessel: str, volume_ml: float) -> None:
    """Take a sample of a liquid."""
    before = history.inventory.volume_ml(vessel)
    if volume_ml > before:
        lacks = {"what": "sample above content", "vessel": vessel, "taken_ml": volume_ml, "ledger_ml": before}
        history.deviations.append({**lacks, "action": event.action, "t_s": event.t_s})
    history.inventory.take(vessel, volume_ml)


def milled(history: "History", event: Event) -> None:
    """Book a stretch of milling."""
    payload = event.payload
    began = history.milling.pop(payload["mill"], {}).get("since_s")
    history.blocks.append({**payload, "action": event.action, "from_s": began, "t_s": event.t_s})
    jar = history.inventory.solids.jars[payload["vessel"]]
    jar.milled_s += payload["ran_s"]
    jar.vented = False
    record = history.actions[str(event.action)]
    record.milled_s += payload["ran_s"]
    record.milled_var_s2 += payload["sd_s"] ** 2
    record.energy_j_g += payload["energy_j_g"]


def beat(history: "History", event: Event) -> None:
    """Note how long a mill was seen running, or that it rests: after a crash it has run at least until then."""
    running, payload = history.milling.get(event.payload["mill"]), event.payload
    if running is not None:
        running.update(beat_s=event.t_s, ran_s=payload["ran_s"], sd_s=payload["sd_s"])
    if payload.get("rests"):
        _rests(history, payload["mill"], event.t_s)
