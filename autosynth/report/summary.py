"""A run in one object: what `run --json` prints and the page's first screen shows. The keys are a contract."""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.actionrecord import ActionRecord, Moved
from autosynth.engine.history import History
from autosynth.engine.unsafe import may_go_on
from autosynth.report.charges import with_jars
from autosynth.report.grinding import milling, verdicts
from autosynth.report.openstrokes import OpenStroke, open_strokes, with_bounds
from autosynth.station.solids import Jar


def summarise(history: History) -> dict[str, Any]:
    """Return results, deliveries, decisions, deviations and vessel contents of a run."""
    return {
        "run": str(history.meta.get("run", "")),
        "title": str(history.meta.get("title", "")),
        "simulated": bool(history.meta.get("simulated", False)),
        "state": history.state.value,
        "simulated_s": history.t_s,
        "reason": history.hold_reason,
        "results": results(history),
        "verdicts": verdicts(history),
        "delivered": with_jars(delivered(history), history),
        "milling": milling(history),
        "decisions": [
            {
                "step": each["action"],
                "name": each.get("name", ""),
                "condition": each["condition"],
                "values": each["values"],
                "verdict": each["verdict"],
                "t_s": each["t_s"],
            }
            for each in history.decisions
        ],
        "unsettled": unsettled(history),
        "not_safe": not_safe(history),
        "deviations": list(history.deviations),
        "outcomes": outcomes(history),
        "vessels": vessels(history),
    }


def unsettled(history: History) -> list[dict[str, Any]]:
    """Return the strokes of open outcome that may have moved something: number, whose, and within what bounds.

    `decide` tells that a person has to say what to book; else a restart asks the instrument first.
    """
    return [
        {
            "intent": each.intent,
            "action": each.action,
            "device": each.device,
            "verb": each.verb,
            "reason": each.reason,
            "decide": each.decide,
            "low_ml": each.low_ml,
            "high_ml": each.high_ml,
            "low_mg": each.low_mg,
            "high_mg": each.high_mg,
        }
        for each in open_strokes(history)
        if each.moves or each.decide
    ]


def not_safe(history: History) -> list[dict[str, str]]:
    """Return the devices that could not be told a vessel's safe state, what may still go on, and why."""
    return [
        {"vessel": vessel, "device": device, "verb": verb, "may": may_go_on(verb), "reason": why}
        for (vessel, device, verb), why in history.unsafe.items()
    ]


def results(history: History) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the last value of every measured quantity: name -> quantity -> {value, sd, unit}."""
    return {
        name: {quantity: dict(estimate) for quantity, estimate in rounds[-1]["quantities"].items()}
        for name, rounds in history.measurements.items()
    }


def delivered(history: History) -> dict[str, dict[str, Any]]:
    """Return what left the syringe towards its vessel, by reagent: amount, its sd, volume, and what was planned.

    Where strokes are open, also the bounds that they leave, see `with_bounds`.
    """
    totals: dict[str, dict[str, Any]] = {}
    moved: dict[str, Moved] = {}
    opened: dict[str, list[OpenStroke]] = {}
    strokes = [each for each in open_strokes(history) if each.phase == "dispense"]
    for record in history.actions.values():
        if record.details.get("verb") != "add":
            continue
        reagent = str(record.details["reagent"])
        entry = totals.setdefault(
            reagent, {"amount": 0.0, "unit": "mol", "volume_ml": 0.0, "sd_ml": 0.0, "planned_ml": 0.0, "doses": 0}
        )
        dispensed = record.moved.get("dispense", Moved())
        total = moved.setdefault(reagent, Moved())
        total.volume_ml += dispensed.volume_ml
        total.random_var += dispensed.random_var
        total.gain_weighted_ml += dispensed.gain_weighted_ml
        entry["volume_ml"], entry["sd_ml"] = total.volume_ml, total.sd_ml
        entry["planned_ml"] += float(record.details["volume_ml"])
        mine = [each for each in strokes if each.action == record.action]
        entry["doses"] += bool(dispensed.volume_ml or mine)  # one that was cut short before is none
        per = _amount(history, record, entry, total)
        opened.setdefault(reagent, []).extend(mine)
        totals[reagent] = with_bounds(entry, opened[reagent], per)
    return totals


def _amount(history: History, record: ActionRecord, entry: dict[str, Any], total: Moved) -> float:
    """Set the amount of a delivery, and return how much a mL is."""
    stock = history.station.vessels[str(record.details["stock"])]
    found = stock.concentrations.get(str(record.details["species"]))
    if found is None:  # a solvent, or a stock that does not say how much
        entry["amount"], entry["unit"], entry["sd"] = total.volume_ml, "mL", total.sd_ml
        return 1.0
    amount = found.value_mol_l * total.volume_ml * 1e-3
    relative = (total.sd_ml / total.volume_ml) ** 2 if total.volume_ml else 0.0
    entry["amount"] = amount
    entry["sd"] = amount * (relative + (found.sd_mol_l / found.value_mol_l) ** 2) ** 0.5
    return found.value_mol_l * 1e-3


def outcomes(history: History) -> dict[str, dict[str, Any]]:
    """Return how each named loop ended: by its condition, or at its cap (a lower bound); one cut short is left out."""
    ended: dict[str, dict[str, Any]] = {}
    shown: dict[str, int] = {}
    for each in history.decisions:
        name = str(each.get("name") or "")
        before = shown.get(name, 0) if each["round"] > 1 else 0
        shown[name] = before + 1 if each["verdict"] == "true" else 0
        ended.pop(name, None)
        if name and shown[name] >= each["rounds"]:
            ended[name] = {"outcome": "condition", "rounds": each["round"], "of": each["of"]}
    for record in history.actions.values():
        if record.details.get("verb") == "repeat" and record.result.get("outcome") == "cap":
            name = str(record.details["name"])
            ended[name] = {"outcome": "cap", "rounds": record.result["rounds"], "of": record.result["rounds"]}
    return ended


def jar_content(jar: Jar) -> dict[str, Any]:
    """Return where a jar stands, how its lid is, and what solid is in it, by lot of powder (mg, as charged)."""
    return {
        "at": jar.at,
        "lid": "closed" if jar.closed else "open",
        "solid_mg": jar.solid_mg,
        "solid_sd_mg": jar.solid_sd_mg,
        "powders_mg": {lot: mass.mg for lot, mass in jar.solids.items()},
    }


def vessels(history: History) -> dict[str, dict[str, Any]]:
    """Return the ledger's contents at the end: volume and charged amounts of every vessel that holds something."""
    found: dict[str, dict[str, Any]] = {}
    for name, spec in history.station.vessels.items():
        if spec.role == "gas":
            continue
        mixture = history.inventory.content(name)
        jar = history.inventory.solids.jars.get(name)
        if mixture.liquid_ml > 1e-6 or (jar is not None and jar.solid_mg > 0):
            amounts: Mapping[str, float] = mixture.amounts_mol
            found[name] = {
                "volume_ml": mixture.liquid_ml,
                "sd_ml": mixture.liquid_sd_ml,
                "role": spec.role,
                "amounts_mol": {key: value for key, value in amounts.items() if value > 0},
            }
            if name in history.inventory.origins:
                found[name] |= {"identity": spec.identity, "sample_of": history.inventory.origins[name]}
            if jar is not None:
                found[name] |= jar_content(jar)
    return found
