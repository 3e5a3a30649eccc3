"""What has to hold in every cell: it ends, safe, in words for a person, and with what was delivered accounted for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from autosynth.station.model import VesselSpec
from tests.faults.play import LONGEST_S, Played, station_of
from tests.faults.stages import IDLE, MOVING

BARE = re.compile(r"Traceback|\b[A-Z]\w*(Error|Exception)\b|<\w+(\.\w+)+ object at")
"""What no person should be shown: names of our classes, and where in memory something is."""
DO = re.compile(r"\b(ask|check|home|initialise|look|plug|put|restart|see|wait|what to book)\b", re.IGNORECASE)
"""What a person is told to do."""
RULE = re.compile(r"^[A-Z0-9]+-[A-Z]+: (?P<vessel>\w+): ")
"""A live rule names itself and its vessel; what to do about it is its page's to say."""
ASTRAY = {
    *(("pump", state, name) for state in (IDLE, MOVING) for name in ("drift", "leak", "air_in_line", "stock_empty")),
    *(("selector", IDLE, name) for name in ("leak", "stock_empty")),
    *(("feed", state, "leak") for state in (IDLE, MOVING)),
    ("feed", IDLE, "drift"),
}
"""Where what arrives is another amount than the ledger's, and nobody can know."""
OFF_C = 0.0
"""A plate's set-point that stands for off: it cannot cool."""


def troubles(played: Played) -> list[str]:
    """Return what should not be, each with the cell in which it is."""
    found = [*_words(played)]
    if not played.not_begun:
        found += [*_end(played), *_safe(played), *_doses(played), *_balance(played)]
    return [f"{played.cell}: {each}" for each in found]


def _end(played: Played) -> Iterator[str]:
    if played.struck_s is None:
        yield "the device was never in that state"
    if played.final.simulated_s >= LONGEST_S or not played.final.history.finished:
        yield f"it hangs: {played.final.state.value} after {played.final.simulated_s:.0f} s"
    for fault in played.of_kind("fault"):
        yield f"a defect of ours: {fault}"


def _words(played: Played) -> Iterator[str]:
    """What is said is for a person: which device, and what to do."""
    said = [played.not_begun, *played.holds, *played.refused]
    said += [str(each["reason"]) for each in played.of_kind("deviation") if "reason" in each]
    said += [f"{each['message']}. {each['advice']}" for each in played.of_kind("failure")]
    yield from (f"bare words: {each}" for each in said if BARE.search(each))
    told = [played.not_begun] if played.not_begun else played.holds
    for reason in told:
        if _named(played, reason) is None:
            yield f"no device is named: {reason}"
        if not RULE.match(reason) and not DO.search(reason):
            yield f"what to do is not said: {reason}"


def _named(played: Played, reason: str) -> str | None:
    """Return the device that a reason names, by itself or by the vessel of its rule."""
    station = station_of(played.cell)
    rule = RULE.match(reason)
    if rule is not None:
        vessel = station.vessels[rule["vessel"]]
        served = (vessel.potentiostat, vessel.swept_by, vessel.heated_by, vessel.jar.milled_by if vessel.jar else None)
        return next((device for device in served if device), None)
    return next((device for device in station.devices if re.search(rf"\b{device}\b", reason)), None)


def _safe(played: Played) -> Iterator[str]:
    """Every vessel is as its declaration says at the end, or it is on record that the struck device is not."""
    history = played.final.history
    if any(each["what"] == "not safe" and played.cell.device in str(each) for each in history.deviations):
        return
    devices = _truth(played)["devices"]
    if played.milled:
        mill, doses = devices["mill"], devices["balance"]["dosing"]
        yield from ["the mill is not at rest"] if mill["running"] or mill["jar_hz"] else []
        yield from ["powder falls"] if doses else []
        return
    for vessel in station_of(played.cell).vessels.values():
        yield from _as_declared(vessel, devices)
    yield from [f"{name} moves" for name, each in devices.items() if each.get("moving")]
    if devices.get("potentiostat", {}).get("cell_on") or devices.get("smu", {}).get("output"):
        yield "a cell is on"


def _as_declared(vessel: VesselSpec, devices: Mapping[str, Any]) -> Iterator[str]:
    """A vessel is stirred and swept as its safe state says, and not heated."""
    plate, safe = devices[vessel.stirred_by] if vessel.stirred_by else {}, vessel.safe
    if plate and plate["heating"] and plate["target_c"] > OFF_C:
        yield f"the plate heats: {plate}"
    if plate and not (plate["stirring"] and plate["target_rpm"] == safe.stir_rpm):
        yield f"{vessel.name} is not stirred as declared: {plate}"
    if vessel.swept_by and devices[vessel.swept_by]["target_ml_min"] != safe.sweep_ml_min:
        yield f"{vessel.name} is not swept as declared: {devices[vessel.swept_by]}"


def _doses(played: Played) -> Iterator[str]:
    """A finished dose is its plan's within its uncertainty, or has a deviation of its own."""
    history = played.final.history
    excused = {each["action"] for each in history.deviations}
    for action, record in history.actions.items():
        if record.details.get("verb") == "dose" and record.done_s is not None and action not in excused:
            asked_mg = float(record.details["mass_mg"])
            if abs(record.dosed_mg - asked_mg) > 1.01 * float(record.details["tolerance_frac"]) * asked_mg:
                yield f"action {action} let {record.dosed_mg:.2f} mg fall instead of {asked_mg:.2f} mg"
        if record.details.get("verb") != "add" or record.done_s is None or action in excused:
            continue
        moved = record.moved["dispense"]
        error_ml = moved.volume_ml - float(record.details["volume_ml"])
        if abs(error_ml) > 1e-3 + 4 * moved.sd_ml:
            yield f"action {action} delivered {error_ml:+.4f} mL off its plan"


def _balance(played: Played) -> Iterator[str]:
    """The reactor holds what the ledger says, but where nobody can know: there doses to come are other amounts."""
    cell = played.cell
    if not played.astray and (cell.device, cell.state, cell.name) in ASTRAY:
        yield "the fault changed nothing"
    if played.astray and cell.name not in {name for _, _, name in ASTRAY}:
        yield f"it is not as the ledger says: {played.unbalanced() if played.milled else _truth(played)['vessels']}"


def _truth(played: Played) -> Mapping[str, Any]:
    truth = played.final.truth
    assert truth is not None
    return truth
