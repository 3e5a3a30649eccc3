"""What happened to jars as rows with their columns, units in the names: powders, liquids, blocks of milling, hands."""

from collections.abc import Iterable
from typing import Any

from autosynth.engine.history import History
from autosynth.report.charges import charges, wetted_with, wettings
from autosynth.report.deeds import deed_text

POWDER_COLUMNS = (
    "t_s", "action", "reagent", "powder", "lot", "vessel", "planned_mg", "mass_mg", "mass_sd_mg", "amount_mol",
    "amount_sd_mol",
)  # fmt: skip
WETTING_COLUMNS = (
    "t_s", "action", "vessel", "reagent", "solid_mg", "planned_ml", "volume_ml", "sd_ml", "eta_asked_ml_g",
    "eta_ml_g", "eta_sd_ml_g",
)  # fmt: skip
BLOCK_COLUMNS = ("from_s", "to_s", "action", "vessel", "mill", "frequency_hz", "milled_s", "sd_s", "energy_j_g")
HAND_COLUMNS = ("t_s", "action", "vessel", "what", "who")
Rows = Iterable[tuple[Any, ...]]


def powder_rows(history: History) -> Rows:
    """Yield a row for every dose of powder."""
    for each in charges(history):
        asked = each.record.details
        names = (asked["reagent"], asked["powder"], asked["lot"], asked["vessel"])
        numbers = (each.asked_mg, each.mass_mg, each.mass_sd_mg, each.mol, each.mol_sd)
        yield each.record.started_s, each.record.action, *names, *numbers


def wetting_rows(history: History) -> Rows:
    """Yield a row for the liquid of every milling."""
    for each in wettings(history):
        asked = each.record.details
        head = (each.record.started_s, each.record.action, asked["vessel"], wetted_with(each), asked["solid_mg"])
        liquid = (each.planned_ml, each.moved.volume_ml, each.moved.sd_ml)
        yield *head, *liquid, each.asked_ml_g, each.reached_ml_g, each.reached_sd_ml_g


def block_rows(history: History) -> Rows:
    """Yield a row for every block of milling."""
    keys = ("from_s", "t_s", "action", "vessel", "mill", "frequency_hz", "ran_s", "sd_s", "energy_j_g")
    return (tuple(each[key] for key in keys) for each in history.blocks)


def hand_rows(history: History) -> Rows:
    """Yield a row for everything that hands have done to jars."""
    return ((each["t_s"], each["action"], each["vessel"], deed_text(each), each["who"]) for each in history.handled)
