"""All rows proven beforehand: stocks summed, racks changed in time, wastes filled up, each finding told once."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.campaign.order import Order, Ready, read_order
from autosynth.campaign.planning import of_unknown_rows
from autosynth.errors import Severity
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture
from tests.autosynth.campaign.site import RECIPE, STATION


def planned(folder: Path, rows: Sequence[str], inventory: Inventory | None = None) -> Ready:
    """Check rows of ligand in mL and zinc in µL."""
    table = folder / "table.csv"
    table.write_text("\n".join(["id,ligand / mL,zinc / uL", *rows, ""]), encoding="utf-8")
    return read_order(Order(RECIPE, STATION, table=table), inventory)


def held(**liquid_ml: float) -> Inventory:
    """Return a fresh bench with so much water in some vessels, or so much of their own in stocks."""
    station = load_station(STATION)
    inventory = Inventory.full(station)
    for vessel, volume_ml in liquid_ml.items():
        inventory.set_content(vessel, Mixture({"water": volume_ml}))
    return inventory


def test_racks_are_changed_before_they_are_short(tmp_path: Path) -> None:
    """Three places: before the fourth and the seventh row; nothing else stands against seven rows."""
    ready = planned(tmp_path, [f"v{number},1.5,100" for number in range(1, 8)])
    assert ready.plan.blocking == ()
    assert {row: [len(each.places) for each in changes] for row, changes in ready.plan.changes.items()} == {
        "v4": [3],
        "v7": [3],
    }
    assert ready.plan.duration.likely_s > 7 * 60 + 2 * 900


def test_used_vials_of_before_are_changed_too(tmp_path: Path) -> None:
    """What the ledger says is in the rack counts: the change comes before the second row."""
    ready = planned(tmp_path, ["a,1.5,100", "b,1.5,100"], held(tubes_1=0.5, tubes_2=0.5))
    assert list(ready.plan.changes) == ["b"]
    assert ready.plan.changes["b"][0].places == ("tubes_1", "tubes_2", "tubes_3")


def test_the_bill_is_the_sum_of_all_rows(tmp_path: Path) -> None:
    """Worst case and least, of every stock, the rinse included."""
    needs = planned(tmp_path, ["a,1.5,100", "b,2.5,300"]).plan.needs
    assert needs["P2W17"].low < 4.0 < needs["P2W17"].high < 4.1
    assert needs["Zn(OAc)2"].low < 0.4 < needs["Zn(OAc)2"].high < 0.43
    assert needs["buffer"].high > 1.0


def test_a_bottle_that_gives_out_is_told_at_its_row(tmp_path: Path) -> None:
    """Every row alone could be made; the sum of all cannot, and it is told once, with the whole sum."""
    inventory = held()
    inventory.take("P2W17", 196.0)
    ready = planned(tmp_path, ["a,1.5,100", "b,1.5,100", "c,1.5,100", "d,1.5,100"], inventory)
    (found,) = ready.plan.blocking
    assert (found.rule, found.mark and found.mark.line) == ("MATERIALS", 4)
    assert "P2W17 must give up to 6.074 mL over the campaign, there are 4 mL" in found.message
    assert found.message.endswith("it may give out in row c")


def test_a_waste_that_runs_over_is_told_at_its_row(tmp_path: Path) -> None:
    """Wastes are followed from row to row; the finding names the row, its place in the recipe, and how often."""
    ready = planned(tmp_path, [f"v{number},3,100" for number in range(1, 5)], held(aqueous=1990.0))
    (found,) = ready.plan.blocking
    assert found.rule == "VOLUME"
    assert found.mark is not None
    assert (found.mark.file, found.mark.line) == (str(tmp_path / "table.csv"), 4)
    assert found.message.startswith("row v3 (and in 1 more): aqueous may hold")
    assert "tubes.yaml:" in found.message


def test_what_all_rows_have_is_told_at_the_recipe(tmp_path: Path) -> None:
    """Once, as for a single run; here the accepted rule of the recipe."""
    ready = planned(tmp_path, ["a,1.5,100", "b,1.5,100"])
    (note,) = ready.plan.problems
    assert note.severity is Severity.NOTE
    assert note.mark is not None
    assert note.mark.file == str(RECIPE)


@pytest.mark.parametrize(("rows", "severity"), [(20, None), (90, Severity.NOTE), (300, Severity.REJECT)])
def test_stock_for_rows_that_nobody_knows_yet(tmp_path: Path, rows: int, severity: Severity | None) -> None:
    """Refused when even the cheapest rows need more than there is, noted when the dearest might."""
    probed = planned(tmp_path, ["a,1,100", "b,3,100"]).plan
    plan = of_unknown_rows(replace(probed, problems=()), rows, None)
    told = [each.severity for each in plan.problems if "P2W17" in each.message]
    assert told == ([] if severity is None else [severity])
    assert plan.duration.likely_s == pytest.approx(probed.duration.likely_s * rows / 2)
