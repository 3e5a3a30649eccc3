"""The campaign's table with what came of each row, as comma separated values for other programs.

Numbers are in the unit of their column's head, with all their digits; what is not known is empty.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from autosynth.campaign.standing import RowRecord
from autosynth.report.campaigns.record import CampaignRecord, told
from autosynth.units import DIMENSIONS


def results_csv(record: CampaignRecord) -> str:
    """Return a line for each row: settings, state, objectives, every measured quantity, vial, lots, run and chain."""
    standing = record.standing
    parameters = list(dict.fromkeys(name for row in standing.rows.values() for name in row.settings))
    goals = list(record.goals.expressions)
    measured = _measured(record)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    heads = [_head(name, record.dimension(name)) for name in parameters]
    pairs = [text for name in goals for text in (_goal_head(record, name), f"{name} sd")]
    quantities = [text for name, unit in measured.items() for text in (_with_unit(name, unit), f"{name} sd")]
    writer.writerow(["id", *heads, "state", *pairs, *quantities, "vial", "lots", "run", "chain_head"])
    for row in standing.rows.values():
        values = record.values(row)
        cells: list[Any] = [row.name, *(values.get(name, "") for name in parameters), row.state or "waits"]
        cells += [each for name in goals for each in _pair(told(row).get(name))]
        cells += [each for name in measured for each in _pair(_result(row, name))]
        writer.writerow([*cells, *_origin(row)])
    return stream.getvalue()


def _head(name: str, dimension: str) -> str:
    return _with_unit(name, DIMENSIONS[dimension].unit if dimension in DIMENSIONS else "")


def _goal_head(record: CampaignRecord, name: str) -> str:
    found = next((told(row)[name] for row in record.standing.rows.values() if name in told(row)), {})
    return _with_unit(name, str(found.get("unit", "")))


def _with_unit(name: str, unit: str) -> str:
    return f"{name} / {unit}" if unit and unit != "1" else name


def _measured(record: CampaignRecord) -> dict[str, str]:
    """Return every measured quantity with its unit, in the order in which they were first told."""
    found: dict[str, str] = {}
    for row in record.standing.rows.values():
        for measurement, quantities in _results(row).items():
            for name, each in quantities.items():
                found.setdefault(f"{measurement}.{name}", str(each.get("unit", "")))
    return found


def _results(row: RowRecord) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    found: Mapping[str, Mapping[str, Mapping[str, Any]]] = {} if row.last is None else row.last.told.get("results", {})
    return found


def _result(row: RowRecord, name: str) -> Mapping[str, Any] | None:
    measurement, _, quantity = name.partition(".")
    return _results(row).get(measurement, {}).get(quantity)


def _pair(value: Mapping[str, Any] | None) -> tuple[Any, Any]:
    if value is None:
        return "", ""
    number, sd = value.get("value"), value.get("sd")
    return "" if number is None else number, "" if sd is None else sd


def _origin(row: RowRecord) -> tuple[str, str, str, str]:
    if row.last is None:
        return "", "", "", ""
    end = row.last.told
    vials = " ".join(str(each["identity"]) for each in end.get("vials", ()))
    lots = " ".join(f"{stock}={lot}" for stock, lot in end.get("lots", {}).items())
    return vials, lots, row.last.run, str(end.get("head", ""))
