"""What the end of a run says for its campaign's record: results, what was dispensed, which vials, which lots.

Volumes keep the two parts of their uncertainty apart, the calibration that all strokes of a pump share and what is
each stroke's own, so that they can be added up over a campaign.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.history import History
from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd


def outcome(end: RunEnd) -> dict[str, Any]:
    """Return the end of a run as plain data."""
    history = end.history
    return {
        "state": end.state.value,
        "reason": history.hold_reason if end.state is not RunState.COMPLETE else "",
        "head": end.head,
        "simulated_s": end.simulated_s,
        "results": _results(history),
        "dispensed": _dispensed(history),
        "vials": _vials(history),
        "lots": _lots(history),
        "deviations": len(history.deviations),
    }


def _results(history: History) -> dict[str, dict[str, Any]]:
    """Return the last round of each measurement: name -> quantity -> {value, sd, unit}."""
    return {
        name: {quantity: dict(estimate) for quantity, estimate in rounds[-1]["quantities"].items()}
        for name, rounds in history.measurements.items()
    }


def _dispensed(history: History) -> dict[str, dict[str, Any]]:
    """Return what left the syringe towards a vessel by reagent, mL, with what the recipe came to ask for."""
    found: dict[str, dict[str, Any]] = {}
    for record in history.actions.values():
        if record.details.get("verb") != "add" or "stock" not in record.details:
            continue
        entry = found.setdefault(
            str(record.details["reagent"]),
            {
                "stock": str(record.details["stock"]),
                "volume_ml": 0.0,
                "random_var": 0.0,
                "gain_weighted_ml": 0.0,
                "planned_ml": 0.0,
                "doses": 0,
            },
        )
        entry["planned_ml"] += float(record.details["volume_ml"])
        entry["doses"] += 1
        moved = record.moved.get("dispense")
        if moved is not None:
            entry["volume_ml"] += moved.volume_ml
            entry["random_var"] += moved.random_var
            entry["gain_weighted_ml"] += moved.gain_weighted_ml
    return found


def _vials(history: History) -> list[dict[str, Any]]:
    """Return the places of racks that were filled, each with what is in it."""
    racks = {place: rack.name for rack in history.station.racks.values() for place in rack.vessels}
    run = str(history.meta.get("run", ""))
    found: list[dict[str, Any]] = []
    for place, origin in history.inventory.origins.items():
        if place in racks and origin.endswith(f"of run {run}"):
            spec = history.station.vessels[place]
            told = {"place": place, "rack": racks[place], "position": spec.position, "identity": spec.identity}
            found.append({**told, "sample_of": origin, "volume_ml": history.inventory.volume_ml(place)})
    return found


def _lots(history: History) -> dict[str, str]:
    """Return the lot of every stock and powder that something was taken of."""
    lots: dict[str, str] = {}
    details: list[Mapping[str, Any]] = [record.details for record in history.actions.values()]
    for stock in dict.fromkeys(str(each["stock"]) for each in details if each.get("stock")):
        spec = history.station.vessels.get(stock)
        if spec is not None:
            lots[stock] = spec.lot
    for powder in dict.fromkeys(str(each["powder"]) for each in details if each.get("powder")):
        lot = history.station.powders.get(powder)
        if lot is not None:
            lots[powder] = lot.lot
    return lots
