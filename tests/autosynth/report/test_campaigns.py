"""A campaign's page: the best, the front and the slices are those of its record; vials are traced to rows and lots."""

import csv
import io
import math
import re
from pathlib import Path
from typing import Any

import pytest

from autosynth.campaign.folder import CampaignFolder
from autosynth.campaign.progress import Progress
from autosynth.journal.disk import VirtualDisk
from autosynth.report.campaigns.export import results_csv
from autosynth.report.campaigns.page import write_campaign_report
from autosynth.report.campaigns.progress import lineage, totals, vial_set
from autosynth.report.campaigns.record import read_campaign
from autosynth.report.campaigns.responses import best_row, front_of
from autosynth.report.parts import Badge, Table

RECIPE = """\
autosynth: 1
title: Two doses and a scan
needs: {cell: measuring_cell}
parameters:
  ligand: {default: 1 mL, min: 0.1 mL, max: 2 mL}
  metal: {default: 1 mL, min: 0.1 mL, max: 2 mL}
steps:
  - measure: {voltammetry: {begin: 0.3 V, vertex1: -1 V, vertex2: 0.3 V}, in: cell, as: cv}
"""
CAMPAIGN = """\
campaign: 1
title: Ratios
recipe: recipe.yaml
vary: {ligand: {}, metal: {}}
objectives:
  share: {of: cv.IA2, goal: maximise}
  cost: {of: metal / 1 mL, goal: minimise}
limits: {rest: {of: cv.Fc, at_most: 5 %}}
optimiser: {kind: bayesian, rows: 8, begin_with: 4}
"""
POINTS = [(0.3, 0.4), (0.6, 1.2), (1.0, 0.9), (1.4, 0.3), (1.6, 1.7), (1.9, 1.0), (0.8, 1.5), (1.2, 0.6)]


def share_of(ligand: float, metal: float) -> float:
    """Return a made-up response with its top at (1, 1.2)."""
    return 0.9 * math.exp(-((ligand - 1.0) ** 2) - (metal - 1.2) ** 2)


def ended(row: str, number: int, place: int) -> dict[str, Any]:
    """Return how a row's run ended; the third row does not keep the limit."""
    ligand, metal = POINTS[number]
    values = {"share": share_of(ligand, metal), "cost": metal, "rest": 0.2 if row == "3" else 0.01}
    vial = {"place": f"tubes_{place}", "rack": "tubes", "position": place, "identity": f"tubes_{place}"}
    return {
        "row": row,
        "run": f"r{row}",
        "state": "COMPLETE",
        "reason": "",
        "head": f"{number:064x}",
        "simulated_s": 600.0,
        "results": {"cv": {"IA2": {"value": values["share"], "sd": 0.01, "unit": "1"}}},
        "objectives": {
            name: {"value": value, "sd": 0.01, "unit": "", "dimension": "ratio"} for name, value in values.items()
        },
        "dispensed": {
            "Mn": {
                "stock": "Mn(acac)3",
                "volume_ml": metal,
                "random_var": 1e-6,
                "gain_weighted_ml": 0.004 * metal,
                "planned_ml": metal,
                "doses": 1,
            }
        },
        "vials": [{**vial, "sample_of": f"reactor, 5 of run r{row}", "volume_ml": 0.6}],
        "lots": {"Mn(acac)3": "MN-2610"},
        "deviations": 0,
    }


@pytest.fixture
def folder(tmp_path: Path) -> CampaignFolder:
    """Return a campaign of eight rows on a rack of four, its vials changed once."""
    folder = CampaignFolder(tmp_path / "campaign")
    folder.runs.mkdir(parents=True)
    folder.keep({"recipe.yaml": RECIPE, "campaign.yaml": CAMPAIGN})
    progress = Progress.create(folder.record, VirtualDisk(), {"started": "2026-11-27", "station_file": "x"})
    opening = {"campaign": "c1", "title": "Ratios", "recipe": "Two doses", "station": "bench", "simulated": True}
    kept: dict[str, Any] = {"columns": {}, "fixed": {}, "acknowledged": {}, "policy": {}, "inputs": {}, "software": {}}
    progress.record("campaign.opened", {**opening, **kept, "seed": 0})
    for number, (ligand, metal) in enumerate(POINTS):
        name = str(number + 1)
        suggestion = {"values": {"ligand": ligand, "metal": metal}, "reason": f"because {name}", "predicted": {}}
        row = {"name": name, "settings": {"ligand": f"{ligand} mL", "metal": f"{metal} mL"}, "suggestion": suggestion}
        progress.record("rows.added", {"source": "suggestion", "rows": [row]})
        if number == 4:
            change = {"rack": "tubes", "places": ["tubes_1", "tubes_2", "tubes_3", "tubes_4"], "likely_s": 900.0}
            progress.record("vials.changed", {**change, "who": "Ann", "took_s": 700.0})
        progress.record("row.started", {"row": name, "run": f"r{name}", "seed": number})
        progress.record("row.ended", ended(name, number, number % 4 + 1))
    progress.record("campaign.state", {"to": "COMPLETE", "reason": ""})
    progress.close()
    return folder


def test_the_best_keeps_all_limits(folder: CampaignFolder) -> None:
    """The third row has the highest share and does not keep the limit."""
    record = read_campaign(folder)
    assert record.troubles == []
    share, cost = record.goals.objectives
    values = {row.name: share_of(*POINTS[int(row.name) - 1]) for row in record.standing.complete}
    assert max(values, key=lambda name: values[name]) == "3"
    best = best_row(record, share)
    assert best is not None
    assert best.name == max((name for name in values if name != "3"), key=lambda name: values[name])
    cheapest = best_row(record, cost)
    assert cheapest is not None
    assert cheapest.name == "4"


def test_the_front_is_what_nothing_beats() -> None:
    """More being better in both; equal points stay, beaten ones go."""
    assert front_of([(0.0, 3.0), (1.0, 2.0), (1.0, 1.0), (2.0, 2.5), (3.0, 0.0)]) == [0, 3, 4]
    assert front_of([(1.0, 1.0), (1.0, 1.0)]) == [0, 1]
    assert front_of([]) == []


def test_vials_are_told_apart_by_their_set(folder: CampaignFolder) -> None:
    """The same place holds another vial after a change; each goes back to its row, run and lot."""
    record = read_campaign(folder)
    (table,) = lineage(record).parts
    assert isinstance(table, Table)
    assert [(row[0], row[1], row[2], row[3]) for row in table.rows] == [
        (f"tubes_{number % 4 + 1}", "1" if number < 4 else "2", str(number + 1), f"r{number + 1}")
        for number in range(8)
    ]
    assert {row[-1] for row in table.rows} == {"Mn(acac)3 MN-2610"}
    assert vial_set(record, "elsewhere", 1e9) == 1


def test_the_page_has_every_chapter_and_stands_alone(folder: CampaignFolder) -> None:
    """No chapter failed, no script and nothing from elsewhere; the sums are within the pump's uncertainty."""
    page = write_campaign_report(folder).read_text(encoding="utf-8")
    assert re.findall(r'<section id="(\w+)">', page) == [
        *("progress", "best", "front", "responses", "choices", "rows", "lineage", "materials", "provenance")
    ]
    assert "This part could not be made" not in page
    assert "<script" not in page
    assert page.count("a Gaussian process of all results") == 3
    assert folder.results.exists()
    (materials,) = totals(read_campaign(folder)).parts
    assert isinstance(materials, Table)
    assert materials.rows[0][2:4] == ("7.6 mL", "7.60 ± 0.03 mL")
    assert materials.rows[0][-1] == Badge("within uncertainty", "good")


def test_the_table_of_results_has_all_digits(folder: CampaignFolder) -> None:
    """Settings in the unit of their head, values with uncertainties, lineage."""
    rows = list(csv.DictReader(io.StringIO(results_csv(read_campaign(folder)))))
    assert len(rows) == 8
    assert float(rows[1]["ligand / mL"]) == 0.6
    assert float(rows[1]["share"]) == share_of(0.6, 1.2)
    assert float(rows[1]["cv.IA2 sd"]) == 0.01
    assert (rows[1]["vial"], rows[1]["lots"], rows[1]["run"]) == ("tubes_2", "Mn(acac)3=MN-2610", "r2")


def test_a_damaged_record_still_makes_a_page(folder: CampaignFolder) -> None:
    """What can be read is shown, and what is wrong is said at the top."""
    (folder.path / "campaign.yaml").write_text("campaign: 1\n", encoding="utf-8")
    record = read_campaign(folder)
    assert len(record.troubles) == 1
    page = write_campaign_report(folder).read_text(encoding="utf-8")
    assert "cannot be read" in page
    assert "tubes_4" in page
