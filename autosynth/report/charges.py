"""What came into jars: powder as it was weighed, liquid as a syringe pushed it, against what was asked."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from autosynth.engine.actionrecord import ActionRecord, Moved
from autosynth.engine.history import History
from autosynth.report.openstrokes import OpenStroke, open_strokes, with_bounds

Dose = TypeVar("Dose")


@dataclass(frozen=True, slots=True)
class Charge:
    """One dose of powder: what was asked and what was weighed in (mg), and the amount of what it is (mol)."""

    record: ActionRecord
    asked_mg: float
    mass_mg: float
    mass_sd_mg: float
    mol: float
    mol_sd: float


@dataclass(frozen=True, slots=True)
class Wetting:
    """Liquid of one milling: planned and pushed (mL), and what of it there was per mass of solid (mL/g)."""

    record: ActionRecord
    planned_ml: float
    moved: Moved
    asked_ml_g: float
    reached_ml_g: float | None
    reached_sd_ml_g: float


def charges(history: History) -> list[Charge]:
    """Return every dose of powder, in order."""
    return [_charge(each) for each in history.actions.values() if each.details.get("verb") == "dose"]


def _charge(record: ActionRecord) -> Charge:
    asked, mass_mg, sd_mg = record.details, record.dosed_mg, math.sqrt(record.dosed_var_mg2)
    per_mg = float(asked["mol_per_mg"])
    mol_sd = per_mg * math.hypot(sd_mg, mass_mg * float(asked["purity_rel_sd"]))
    return Charge(record, float(asked["mass_mg"]), mass_mg, sd_mg, mass_mg * per_mg, mol_sd)


def wettings(history: History) -> list[Wetting]:
    """Return the liquid of every milling that asks for one, in order."""
    grinds = (each for each in history.actions.values() if each.details.get("verb") == "grind")
    return [_wetting(each) for each in grinds if "eta_ml_g" in each.details]


def _wetting(record: ActionRecord) -> Wetting:
    asked, moved = record.details, record.moved.get("infuse", Moved())
    solid_mg, have_ml = float(asked["solid_mg"]), asked.get("have_ml")
    reached: float | None = None
    sd = 0.0
    if have_ml is not None and solid_mg > 0:
        reached = 1e3 * (float(have_ml) + moved.volume_ml) / solid_mg
        sd = 1e3 * math.hypot(float(asked.get("have_sd_ml", 0.0)), moved.sd_ml) / solid_mg
    return Wetting(record, float(asked["volume_ml"]), moved, float(asked["eta_ml_g"]), reached, sd)


def with_jars(delivered: Mapping[str, dict[str, Any]], history: History) -> dict[str, dict[str, Any]]:
    """Return what was delivered by reagent, with what came into jars; powders have their masses besides.

    What of one reagent came both ways stands twice, the second time with the jar's way in its name.
    """
    totals, opened = dict(delivered), open_strokes(history)
    for reagent, doses in _grouped((str(each.record.details["reagent"]), each) for each in charges(history)).items():
        totals[f"{reagent} (powder)" if reagent in totals else reagent] = _powder(doses, opened)
    for reagent, pushed in _grouped((wetted_with(each), each) for each in wettings(history)).items():
        totals[f"{reagent} (wetting)" if reagent in totals else reagent] = _liquid(pushed, opened)
    return totals


def wetted_with(wetting: Wetting) -> str:
    """Return the reagent that a jar was wetted with."""
    asked = wetting.record.details
    return str(asked.get("reagent", asked["stock"]))


def _powder(found: list[Charge], opened: list[OpenStroke]) -> dict[str, Any]:
    """Return the sum of doses of one lot: its purity is common to all of them, weighing is not."""
    mass_mg = sum(each.mass_mg for each in found)
    mass_sd_mg = math.sqrt(sum(each.mass_sd_mg**2 for each in found))
    per_mg = float(found[0].record.details["mol_per_mg"])
    purity = float(found[0].record.details["purity_rel_sd"])
    known = per_mg > 0
    entry = {
        "amount": mass_mg * per_mg if known else mass_mg,
        "unit": "mol" if known else "mg",
        "sd": per_mg * math.hypot(mass_sd_mg, mass_mg * purity) if known else mass_sd_mg,
        "volume_ml": 0.0,
        "sd_ml": 0.0,
        "planned_ml": 0.0,
        "doses": len(found),
        "mass_mg": mass_mg,
        "mass_sd_mg": mass_sd_mg,
        "planned_mg": sum(each.asked_mg for each in found),
    }
    actions = {each.record.action for each in found}
    strokes = [each for each in opened if each.action in actions]
    return with_bounds(entry, strokes, per_mg if known else 1.0, "mass_mg")


def _liquid(found: list[Wetting], opened: list[OpenStroke]) -> dict[str, Any]:
    total = Moved()
    for each in found:
        total.volume_ml += each.moved.volume_ml
        total.random_var += each.moved.random_var
        total.gain_weighted_ml += each.moved.gain_weighted_ml
    entry = {
        "amount": total.volume_ml,
        "unit": "mL",
        "sd": total.sd_ml,
        "volume_ml": total.volume_ml,
        "sd_ml": total.sd_ml,
        "planned_ml": sum(each.planned_ml for each in found),
        "doses": len(found),
    }
    actions = {each.record.action for each in found}
    strokes = [each for each in opened if each.action in actions and each.phase == "infuse"]
    return with_bounds(entry, strokes, 1.0)


def _grouped(pairs: Iterable[tuple[str, Dose]]) -> Mapping[str, list[Dose]]:
    groups: dict[str, list[Dose]] = {}
    for name, each in pairs:
        groups.setdefault(name, []).append(each)
    return groups
