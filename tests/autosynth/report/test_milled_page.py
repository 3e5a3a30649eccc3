"""The page of a run on the milling bench: powders, blocks, spectra, patterns, and what hands did."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from autosynth.contracts.device import Intent
from autosynth.contracts.stroke_solid import DosePowder
from autosynth.engine.choices import bounds_text
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History, OpenIntent
from autosynth.report.heading import key_results
from autosynth.report.judgements import decisions
from autosynth.report.page import render
from autosynth.report.parts import Badge, Table
from autosynth.report.record import RunRecord, read_record
from autosynth.report.summary import summarise
from autosynth.station.load import load_station
from tests.autosynth.report.milled import MOF, run_milled
from tests.autosynth.report.pages import read_page


@pytest.fixture(scope="module")
def milled(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run with two powders, two blocks, two spectra, a pattern and a ratio."""
    return run_milled(tmp_path_factory.mktemp("milled"))


@pytest.fixture(scope="module")
def text(milled: RunFolder) -> str:
    """Everything that its page says."""
    return read_page(render(read_record(milled))).text


def test_the_page_is_whole_and_every_drawing_has_a_name(milled: RunFolder) -> None:
    """No chapter failed, identifiers are unique, nothing outside is referred to."""
    page = read_page(render(read_record(milled)))
    assert "could not be made" not in page.text
    assert page.unlabelled == 0
    assert len(page.ids) == len(set(page.ids))
    assert [each for each in page.references if not each.startswith("#")] == []


def test_each_technique_has_its_chapter(text: str) -> None:
    """Spectra with bands and detection limit, the pattern with its verdict and why, the ratio as a number."""
    for words in ("Infrared spectra", "Powder patterns", "Elements", "COO_Ru2", "detection limit", "residual_frac"):
        assert words in text
    assert "BIC" in text
    ratio = text.partition("quantity icp 12 ratio ")[2]
    assert 0.0 < float(ratio.split()[0]) < 4.0


def test_the_spectrum_that_others_are_compared_with_has_no_residual(text: str) -> None:
    """It is named as what it is, in both tables and below its drawing; what is in no library is explained."""
    first, _, rest = text.partition("Last value of each measurement")[2].partition("What each has told")
    assert "residual_frac the reference" in first
    assert "residual_frac the reference" in rest
    assert "the reference of those after it" in rest
    assert "belongs to nothing looked for is one that the library does not list" in rest
    assert "Pressures are gauge" in rest


def test_powders_stand_planned_against_weighed_with_their_lots(text: str) -> None:
    """Lot, purity, what was asked and weighed; the liquid with what was reached."""
    assert "RU-2611" in text
    assert "99.0 ± 0.5 % 114.7 mg 114.7 mg" in text
    assert "η reached" in text
    reached = float(text.partition("η reached")[2].partition(" 0.6 ")[2].split()[0])
    assert reached == pytest.approx(0.6, abs=0.02)


def test_blocks_stand_with_time_energy_and_pause(milled: RunFolder, text: str) -> None:
    """Two blocks of four minutes, the pause between them, and the jar's traces."""
    blocks = summarise(read_record(milled).known)["milling"]["jar"]
    assert blocks["blocks"] == 2
    assert blocks["milled_s"] == pytest.approx(480.0, abs=3.0)
    assert f"milled 8.0 min at 30 Hz, {blocks['energy_j_g']:.4g} J/g in 2 blocks" in text
    assert "5 min" in text
    for trace in ("jar: temperature", "jar: pressure", "jar: mill frequency"):
        assert trace in text


def test_what_hands_did_is_told_with_who(text: str) -> None:
    """Moving, closing, venting, opening and taking aliquots, each by somebody."""
    for deed in ("jar moved to mill", "jar closed", "jar vented", "jar opened", "2 mg of jar taken to infrared"):
        assert deed in text
    assert "simulated operator" in text


def test_the_summary_has_masses_beside_the_keys_it_had(milled: RunFolder) -> None:
    """Powders have every key of a liquid, and their masses; jars what is in them."""
    summary = summarise(read_record(milled).known)
    powder, liquid = summary["delivered"]["Ru2"], summary["delivered"]["MeOH"]
    assert set(liquid) | {"mass_mg", "mass_sd_mg", "planned_mg"} == set(powder)
    assert (powder["unit"], powder["volume_ml"]) == ("mol", 0.0)
    assert powder["amount"] == pytest.approx(powder["mass_mg"] * 9.2168e-7, rel=1e-3)
    assert powder["mass_mg"] == pytest.approx(114.7, rel=0.011)
    assert summary["verdicts"]["xrd"]["reason"]
    jar = summary["vessels"]["jar"]
    assert jar["lid"] == "open"
    assert jar["solid_mg"] == pytest.approx(sum(jar["powders_mg"].values()))


def test_a_spectrum_that_cannot_be_read_is_said(milled: RunFolder, tmp_path: Path) -> None:
    """A damaged table of a fit is a warning, and the chapter is there all the same."""
    record = read_record(milled)
    file = next(milled.path.glob("fits/*_ir/fit1.tsv"))
    kept = file.read_bytes()
    try:
        file.write_bytes(b"nothing")
        text = read_page(render(record)).text
    finally:
        file.write_bytes(kept)
    assert "the table of a fit" in text
    assert "Infrared spectra" in text


def test_the_first_screen_has_the_lattice_of_what_is_there() -> None:
    """Published evidence is a key result; a phase that is hardly there has none worth a line."""
    history = History(load_station(MOF / "station.yaml"))
    found = {
        name: {"value": value, "sd": sd, "unit": unit}
        for name, value, sd, unit in (
            ("Ru2Cu4.a", 18.7811, 2e-4, "angstrom"),
            ("Ru2Cu4.fraction", 0.97, 0.01, "1"),
            ("Cu3btc2.a", 26.3, 0.4, "angstrom"),
            ("Cu3btc2.fraction", 0.03, 0.01, "1"),
        )
    }
    history.measurements["xrd"] = [{"as": "xrd", "quantities": found}]
    record = cast("RunRecord", SimpleNamespace(known=history, incidents=[]))
    (table,) = [part for part in key_results(record).parts if isinstance(part, Table)]
    told = {row[0]: row[1] for row in table.rows}
    assert told["Ru2Cu4.a"] == "18.7811 ± 0.0002 Å"
    assert "Cu3btc2.a" not in told


def test_a_decision_in_a_loop_stands_in_the_round_of_its_loop() -> None:
    """Not in its own first each time; a condition for two rounds tells in how many it was true."""
    history = History(load_station(MOF / "station.yaml"))
    same = {"name": "", "condition": "a < 1 for 2 rounds", "rounds": 2, "values": {}, "round": 1, "of": 1, "t_s": 0.0}
    history.decisions += [
        {**same, "action": "4.6@1", "verdict": "false", "true_for": 0},
        {**same, "action": "4.6@2", "verdict": "true", "true_for": 1},
        {**same, "action": "4.6@3", "verdict": "true", "true_for": 2},
    ]
    record = cast("RunRecord", SimpleNamespace(known=history))
    (table,) = [part for part in decisions(record).parts if isinstance(part, Table)]
    assert [row[0] for row in table.rows] == ["1", "2", "3"]
    badges = [row[-1] for row in table.rows if isinstance(row[-1], Badge)]
    assert [each.text for each in badges] == ["false", "true in 1 of 2 rounds", "true in 2 of 2 rounds"]
    assert table.caption == "a < 1 for 2 rounds; judged in 3 rounds"


def test_powder_of_unknown_outcome_is_told_in_milligrams() -> None:
    """A dose whose end nobody knows has bounds of its own kind in the summary, and in the sentence made of them."""
    history = History(load_station(MOF / "station.yaml"))
    intent = Intent("balance", DosePowder(100.0, 0.01), {}, {})
    history.open_intents[7] = OpenIntent(7, "1", "dose", intent)
    history.unknown[7] = {"reason": "power lost", "low_ml": 0.0, "high_ml": 0.0, "low_mg": 0.0, "high_mg": 101.0}
    (told,) = summarise(history)["unsettled"]
    assert (told["verb"], told["high_mg"]) == ("dose_powder", 101.0)
    assert bounds_text(told) == "between 0 and 101 mg fell"
