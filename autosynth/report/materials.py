"""What was to be added and what was, with uncertainty and lots; what stocks gave; what is in each vessel at the end."""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.history import History
from autosynth.report.deeds import mass
from autosynth.report.openstrokes import OpenStroke, amount_text, moved_text, much_text, open_strokes
from autosynth.report.parts import Cell, Note, Part, Section, Table
from autosynth.report.powders import powder_table, wetting_table
from autosynth.report.record import RunRecord
from autosynth.report.summary import delivered, vessels
from autosynth.report.wording import moment, quantity

NEGLIGIBLE_ML = 1e-6
FEWEST_MOL = 1e-9
"""Amounts below this are not listed: traces from carried-over films."""


def materials(record: RunRecord) -> Section:
    """Return planned against delivered, the doses one by one, use of stocks, contents at the end."""
    history = record.known
    adds = [each for each in history.actions.values() if each.details.get("verb") == "add"]
    parts: list[Part] = [_delivered(history, adds), _doses(adds, open_strokes(history))] if adds else []
    parts += [table for table in (powder_table(history), wetting_table(history)) if table.rows]
    parts = parts or [Note("Nothing was added.")]
    opened = [each for each in open_strokes(history) if each.moves]
    if opened:
        told = f"The outcome of {len(opened)} stroke{'s is' if len(opened) > 1 else ' is'} open"
        parts.insert(0, Note(f"{told}: deliveries are given as ranges, contents without what it moved.", "bad"))
    parts += [table for table in (_stocks(record), _contents(history)) if table.rows]
    parts += _by_hand(history)
    return Section("materials", "Materials", parts)


def _delivered(history: History, adds: list[ActionRecord]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    stocks = {str(each.details["reagent"]): str(each.details["stock"]) for each in adds}
    for reagent, each in delivered(history).items():
        stock = history.station.vessels[stocks[reagent]]
        found = stock.concentrations.get(reagent)
        strength = "" if found is None else quantity(found.value_mol_l, "mol/L", found.sd_mol_l)
        amount = "" if each["unit"] == "mL" else amount_text(each).replace("-", "−")
        planned = "" if found is None else quantity(found.value_mol_l * each["planned_ml"] * 1e-3, "mol")
        rows.append(
            (
                reagent,
                stock.lot,
                strength,
                str(each["doses"]),
                quantity(each["planned_ml"], "mL"),
                much_text(each).replace("-", "−"),
                planned,
                amount,
            )
        )
    head = ("reagent", "lot", "stock", "doses", "planned", "delivered", "planned", "delivered")
    caption = (
        "Planned against delivered; ± is the standard uncertainty (calibration, strokes; for amounts also the lot)."
    )
    return Table(head, rows, caption, frozenset(range(2, 8)))


def _doses(adds: list[ActionRecord], opened: list[OpenStroke]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in adds:
        asked = each.details
        rows.append(
            (
                moment(each.started_s),
                each.action,
                str(asked["reagent"]),
                str(asked.get("asked", "")),
                quantity(float(asked["volume_ml"]), "mL"),
                moved_text(each, "dispense", opened),
                quantity(float(asked["rate_ml_min"]), "mL/min"),
            )
        )
    head = ("time", "action", "reagent", "asked", "planned", "delivered", "rate")
    return Table(head, rows, "All doses", frozenset({0, 3, 4, 5, 6}), fold=True)


def _stocks(record: RunRecord) -> Table:
    history = record.known
    rows: list[tuple[Cell, ...]] = []
    for name, spec in history.station.vessels.items():
        level = record.levels.get(name)
        if spec.role == "stock" and level is not None and len(level.t_s) > 1:
            used = level.volume_ml[0] - level.volume_ml[-1]
            if abs(used) > NEGLIGIBLE_ML:
                left = quantity(level.volume_ml[-1], "mL")
                rows.append(
                    (name, spec.lot, spec.expires, quantity(level.volume_ml[0], "mL"), quantity(used, "mL"), left)
                )
    head = ("stock", "lot", "expires", "at the start", "taken", "left")
    return Table(head, rows, "What stocks gave, rinsing and surplus included", frozenset({3, 4, 5}))


def _contents(history: History) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, each in vessels(history).items():
        if each["role"] != "stock":
            held = (name, _much(each), _amounts(each["amounts_mol"]))
            rows.append((*held, _origin(name, each)))
    caption = "In each vessel at the end: amounts as charged, whatever they have reacted to"
    sampled = any(row[3] for row in rows)
    head = ("vessel", "content", "charged", "sample of") if sampled else ("vessel", "content", "charged")
    return Table(head, rows if sampled else [row[:3] for row in rows], caption, frozenset({1}))


def _much(each: Mapping[str, Any]) -> str:
    """Return the volume of liquid in a vessel, and the solid of a jar."""
    volume = quantity(each["volume_ml"], "mL", each["sd_ml"])
    if not each.get("solid_mg"):
        return volume
    solid = mass(each["solid_mg"], each["solid_sd_mg"])
    return f"{solid}, {volume}" if each["volume_ml"] > NEGLIGIBLE_ML else f"{solid}, dry"


def _origin(name: str, each: Mapping[str, Any]) -> str:
    """Return what a tube's sample is of, and the tube's own name where it has another than its place."""
    called = f" (tube {each['identity']})" if each.get("identity", name) != name else ""
    return f"{each.get('sample_of', '')}{called}"


def _amounts(amounts: Mapping[str, float]) -> str:
    shown = {name: value for name, value in amounts.items() if value > FEWEST_MOL}
    return ", ".join(f"{name} {quantity(float(f'{value:.4g}'), 'mol')}" for name, value in shown.items())


def _by_hand(history: History) -> list[Part]:
    rows: list[tuple[Cell, ...]] = []
    for each in history.actions.values():
        if each.details.get("verb") == "operator":
            rows.append(
                (moment(each.started_s), each.action, str(each.details.get("prompt", "")), _answer(each.result))
            )
    return [Table(("time", "action", "asked", "answer"), rows, "Done by hand")] if rows else []


def _answer(result: Mapping[str, Any]) -> str:
    if not result:
        return "no answer"
    value = result.get("value")
    entered = "" if value is None else f"{result.get('name')} = {value:.6g} {result.get('unit')}, "
    return f"{entered}by {result.get('who')}"
