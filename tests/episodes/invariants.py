"""What must hold, each as a small pure function that returns what is wrong, or nothing.

They know the run's history, the twin's truth and what readers of their own found on the wire; they know no engine.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.history import History, OpenIntent
from autosynth.engine.machine import TABLE
from autosynth.journal.event import Event
from autosynth.station.inventory_json import inventory_to_json
from autosynth.station.model import Station
from tests.episodes.effect import Effect

Holdings = Mapping[str, tuple[float, Mapping[str, float]]]
"""Vessel -> what it really holds: mL of liquid, and mol of each species as it was fed."""
SIGMAS = 5.0
VOLUME_ML, AMOUNT_MOL = 5e-3, 5e-8
"""What the twin and the ledger may differ by beyond the ledger's own uncertainty."""
DOSE_ML = 1e-3
HZ = 0.02
"""How exactly a drive counts frequencies."""
_LAWFUL = {(source.value, command.value, target.value) for source, command, target in TABLE}
_PARTS = {"home_sampler": {"home_sampler", "turn_to", "move_lift"}}
"""Strokes that are more than one command."""


def outside(effect: Effect, bounds: Mapping[str, tuple[float, float]]) -> str:
    """Tell what of a command is outside its limits; a quantity without limits must not be there at all."""
    for name, value in effect.sizes.items():
        low, high = bounds.get(name, (math.inf, -math.inf))
        if not low <= value <= high:
            return f"{effect.device}: {effect.verb} with {name} {value:g}, the limits are {low:g} to {high:g}"
    return ""


def unintended(effect: Effect, opened: Iterable[OpenIntent], durable: int, safe: Collection[Effect]) -> str:
    """Tell of a command that no intent on the disk speaks of, unless it only makes a vessel safe."""
    if effect.verb in {"stop", "arm"} or any(_same(effect, each) for each in safe):
        return ""
    if any(each.seq <= durable and speaks_of(each, effect) for each in opened):
        return ""
    return f"{effect.device}: {effect.verb} {effect.value} without a durable intent"


def _same(effect: Effect, other: Effect) -> bool:
    return (effect.device, effect.verb, effect.value) == (other.device, other.verb, other.value)


def speaks_of(opened: OpenIntent, effect: Effect) -> bool:
    """Tell whether an intent means a command, by its device, verb and value."""
    intent = opened.intent
    verb, arguments = intent.stroke.VERB, intent.stroke
    if intent.device != effect.device or effect.verb not in _PARTS.get(verb, {verb}):
        return False
    if verb != "start_mill" and (effect.verb != verb or effect.value is None or effect.relative):
        return effect.verb != "set_temperature" or getattr(arguments, "temperature_c", None) == effect.value
    if verb == "start_mill":
        return bool(abs(getattr(arguments, "frequency_hz", 0.0) - effect.sizes["hz"]) < HZ)
    wanted = {
        "move_plunger": intent.expected.get("increments"),
        "turn_to": getattr(arguments, "port", None),
        "set_speed": getattr(arguments, "speed_rpm", None),
        "set_temperature": getattr(arguments, "temperature_c", None),
    }.get(verb, effect.value)
    return wanted == effect.value or "x_mm" in effect.sizes


def repeated(effect: Effect, opened: Sequence[OpenIntent], sent: Collection[int]) -> str:
    """Tell of an order to move, mill or dose that was given before and that nobody can know for a repetition."""
    if effect.verb not in {"move_plunger", "home_plunger", "start_mill", "dose_powder"} or effect.again:
        return ""
    told = [each.seq for each in opened if each.seq in sent and speaks_of(each, effect)]
    return f"{effect.device}: {effect.verb} {effect.value} of intent {told[0]} was sent again as new" if told else ""


def unlawful(event: Event) -> str:
    """Tell of a change of state that is not in the table, and of every defect that the engine noticed in itself."""
    payload = event.payload
    if event.kind == "fault":
        return f"a defect: {payload['error']}: {payload['message']}"
    if event.kind != "state" or (payload["from"], payload["command"], payload["to"]) in _LAWFUL:
        return ""
    return f"{payload['from']} went to {payload['to']} by {payload['command']}"


def misdosed(history: History, action: str) -> str:
    """Tell of a finished dose that is neither what was planned within its uncertainty nor recorded as a deviation."""
    record = history.actions.get(action)
    if record is None or record.details.get("verb") != "add" or record.done_s is None or _excused(history, record):
        return ""
    moved = record.moved.get("dispense")
    delivered_ml, sd_ml = (moved.volume_ml, moved.sd_ml) if moved else (0.0, 0.0)
    error_ml = delivered_ml - float(record.details["volume_ml"])
    return f"{action} delivered {error_ml:+.4f} mL off its plan" if abs(error_ml) > DOSE_ML + 4 * sd_ml else ""


def _excused(history: History, record: ActionRecord) -> bool:
    deviations = {each["action"] for each in history.deviations}
    return record.action in deviations or bool(record.result.get("settled"))


def unbalanced(history: History, holdings: Holdings, vessels: Iterable[str]) -> list[str]:
    """Tell which vessels really hold something else than the ledger says, within its own uncertainty.

    Of a jar only the liquid: what powders are made of is the ledger's word.
    """
    found: list[str] = []
    for name in vessels:
        mixture = history.inventory.content(name)
        really_ml, species = holdings[name]
        sd_ml = mixture.liquid_sd_ml
        if abs(really_ml - mixture.liquid_ml) > SIGMAS * sd_ml + VOLUME_ML:
            found.append(f"{name} really holds {really_ml:.4f} mL, ledger {mixture.liquid_ml:.4f} ± {sd_ml:.4f}")
        jar = history.station.vessels[name].jar is not None
        for each in frozenset[str]() if jar else species.keys() | mixture.amounts_mol.keys():
            mol, sd_mol = mixture.amount(each)
            really = species.get(each, 0.0)
            if abs(really - mol) > SIGMAS * sd_mol + AMOUNT_MOL:
                found.append(f"{each} in {name} is really {really:.4g} mol, ledger {mol:.4g} ± {sd_mol:.2g}")
    return found


def unsafe(history: History, station: Station, devices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Tell what is not as its vessel declares it at the end, where the record does not say so itself."""
    troubled = {each.get("device") for each in history.deviations if each["what"] == "not safe"}
    found: list[str] = []
    for vessel in station.vessels.values():
        plate = devices.get(str(vessel.heated_by))
        if plate is not None and vessel.heated_by not in troubled:
            found += _unsafe_plate(vessel.name, vessel.safe.temperature_c, vessel.safe.stir_rpm, plate)
    untold = {each.get("device") for each in history.deviations if each["what"] == "not stopped"}
    for name, state in devices.items():
        if name in untold or state.get("of_another"):
            continue
        if state.get("cell_on") or state.get("output"):
            found.append(f"{name}: its cell is still on")
        if name in troubled and "jar_hz" in state:
            continue
        if state.get("moving") or state.get("turning") or state.get("running") or state.get("jar_hz"):
            found.append(f"{name} is still at work")
    return found


def _unsafe_plate(vessel: str, safe_c: float | None, safe_rpm: float | None, plate: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    if plate["heating"] and plate["target_c"] > (safe_c or 0.0):
        found.append(f"{vessel} is still heated to {plate['target_c']} °C")
    turning = plate["target_rpm"] if plate["stirring"] else 0.0
    if safe_rpm is not None and turning != safe_rpm and not plate["watchdog_limited"]:
        found.append(f"{vessel} is stirred at {turning} rpm instead of {safe_rpm}")
    return found


def undead(station: Station, devices: Mapping[str, Mapping[str, Any]], silent_s: float, promised_s: float) -> list[str]:
    """Tell which hotplates have not fallen back although their host has been dead for longer than promised."""
    found: list[str] = []
    for vessel in station.vessels.values():
        plate = devices.get(str(vessel.heated_by))
        if plate is None or silent_s <= promised_s:
            continue
        if plate["heating"] and plate["target_c"] > (vessel.safe.temperature_c or 0.0):
            found.append(f"{vessel.name} is heated to {plate['target_c']} °C, {silent_s:.0f} s after its host died")
        if plate["stirring"] and plate["target_rpm"] != vessel.safe.stir_rpm:
            found.append(f"{vessel.name} is stirred at {plate['target_rpm']} rpm, {silent_s:.0f} s after its host died")
    return found


def forgotten(told: Mapping[int, str], sent: Collection[int], tail: tuple[int, str]) -> list[str]:
    """Tell what a crash lost of what had to be on the disk; `told` has the chain's head after each event."""
    last, head = tail
    same = told.get(last, head) == head
    found = [] if same else [f"event {last} on the disk is not what was recorded"]
    lost = sorted(seq for seq in sent if seq > last)
    return [*found, *(f"the intent {seq} was sent and is not on the disk" for seq in lost[:1])]


def misremembered(history: History, events: Iterable[Event]) -> list[str]:
    """Tell in which parts the fold of the stored events differs from the live history."""
    again = History(history.station)
    for event in events:
        again.apply(event)
    found: list[str] = []
    for each in fields(History):
        if each.name in {"station", "inventory"}:
            continue
        if getattr(again, each.name) != getattr(history, each.name):
            found.append(f"the journal replays to another {each.name}")
    if inventory_to_json(again.inventory) != inventory_to_json(history.inventory):
        found.append("the journal replays to another inventory")
    return found
