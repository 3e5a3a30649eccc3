"""Powders planned against weighed, and liquids of jars against what their solid asked for, as tables."""

from autosynth.engine.history import History
from autosynth.report.charges import Charge, Wetting, charges, wetted_with, wettings
from autosynth.report.deeds import mass
from autosynth.report.openstrokes import OpenStroke, moved_text, much_text, open_strokes, with_bounds
from autosynth.report.parts import Cell, Table
from autosynth.report.wording import moment, quantity


def powder_table(history: History) -> Table:
    """Return every dose of powder: its lot, what was asked, planned and weighed in, and the amount."""
    opened = open_strokes(history)
    rows = [_powder_row(history, each, opened) for each in charges(history)]
    head = ("time", "reagent", "powder", "lot", "purity", "asked", "planned", "weighed in", "off", "amount")
    caption = (
        "Powders, planned against weighed; ± is the standard uncertainty (balance; for amounts also the lot's purity)."
    )
    return Table(head, rows, caption, frozenset({0, 4, 5, 6, 7, 8, 9}))


def _powder_row(history: History, each: Charge, opened: list[OpenStroke]) -> tuple[Cell, ...]:
    asked = each.record.details
    lot = history.station.powders.get(str(asked["powder"]))
    purity = "" if lot is None else quantity(lot.purity_frac, "1", lot.purity_sd_frac)
    off = f"{100 * (each.mass_mg / each.asked_mg - 1):+.2f} %".replace("-", "−") if each.asked_mg > 0 else ""
    return (
        moment(each.record.started_s),
        str(asked["reagent"]),
        str(asked["powder"]),
        str(asked["lot"]) or "unknown",
        purity,
        str(asked["asked"]),
        mass(each.asked_mg),
        _weighed(each, opened),
        off if each.mass_mg else "",
        quantity(each.mol, "mol", each.mol_sd) if each.mol > 0 else "",
    )


def _weighed(each: Charge, opened: list[OpenStroke]) -> str:
    entry = {"mass_mg": each.mass_mg, "mass_sd_mg": each.mass_sd_mg}
    mine = [stroke for stroke in opened if stroke.action == each.record.action]
    told = with_bounds(entry, mine, 1.0, "mass_mg")
    return much_text(told) if each.mass_mg or "high_mg" in told else "nothing"


def wetting_table(history: History) -> Table:
    """Return the liquid of every milling: what was there, pushed in, and reached per mass of solid."""
    opened = open_strokes(history)
    rows = [_wetting_row(history, each, opened) for each in wettings(history)]
    head = ("time", "action", "liquid", "lot", "solid", "planned", "pushed in", "η asked", "η reached")
    caption = "Liquid of jars: brought up to η, liquid (µL) over all solid (mg); what was there already counts."
    return Table(head, rows, caption, frozenset({0, 4, 5, 6, 7, 8}))


def _wetting_row(history: History, each: Wetting, opened: list[OpenStroke]) -> tuple[Cell, ...]:
    asked = each.record.details
    reached = "not known"
    is_open = any(stroke.action == each.record.action and stroke.phase == "infuse" for stroke in opened)
    if each.reached_ml_g is not None and not is_open:
        reached = f"{each.reached_ml_g:.4f} ± {each.reached_sd_ml_g:.4f}"
    return (
        moment(each.record.started_s),
        each.record.action,
        wetted_with(each),
        history.station.vessels[str(asked["stock"])].lot,
        mass(float(asked["solid_mg"])),
        quantity(each.planned_ml, "mL"),
        moved_text(each.record, "infuse", opened),
        f"{each.asked_ml_g:.4g}",
        reached,
    )
