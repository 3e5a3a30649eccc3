"""The report of a run, as a page: complete, self-contained, equal for equal runs, there when things went wrong."""

import re
import sqlite3
from pathlib import Path

import pytest

from autosynth.engine.folder import RunFolder
from autosynth.errors import JournalError
from autosynth.report.page import write_report
from tests.autosynth.report.pages import Page, read_page
from tests.autosynth.report.runs import crashed, run_small


def page_of(folder: RunFolder) -> Page:
    return read_page(write_report(folder).read_text(encoding="utf-8"))


def test_the_page_tells_what_ran_where_and_how_it_ended(complete: RunFolder) -> None:
    """Title, state, run, station, seed, chain and its head are on the page."""
    text = page_of(complete).text
    for fact in ("One ligand, one metal", "COMPLETE", "s0000001", "POM bench", "seed 1", "chain verifies"):
        assert fact in text
    assert re.search(r"Chain head\s+[0-9a-f]{64}", text)


def test_every_chapter_is_there(complete: RunFolder) -> None:
    """A run with one measurement has every chapter but the titration, which needs many rounds."""
    ids = page_of(complete).ids
    chapters = ["results", "timeline", "traces", "voltammograms", "decisions", "materials", "deviations", "provenance"]
    assert [key for key in [*chapters, "log"] if key in ids] == [*chapters, "log"]
    assert "titration" not in ids


def test_amounts_planned_and_delivered_stand_with_uncertainty_and_lot(complete: RunFolder) -> None:
    """The manganese stock's lot, its planned volume and the delivered amount with ± are in the materials."""
    text = page_of(complete).text
    assert "MN-2610" in text
    assert re.search(r"400 µL 400(\.\d+)? ± \d", text)
    assert re.search(r"20\.0+ ± 0\.\d+ µmol", text)


def test_decisions_show_condition_value_and_verdict(complete: RunFolder) -> None:
    """The loop's condition stands with the measured value ± its uncertainty and a verdict."""
    text = page_of(complete).text
    found = r"s1\.S1_confirmed_frac >= 99\.9 % s1\.S1_confirmed_frac = [\d.]+ ± [\d.]+ % (true|false|undecided)"
    assert re.search(found, text)


def test_a_loop_at_its_cap_is_called_a_lower_bound(complete: RunFolder) -> None:
    """The only round did not meet the rule, so the loop ended at its cap."""
    assert "at its cap: a lower bound" in page_of(complete).text


def test_every_measurement_has_its_picture(complete: RunFolder) -> None:
    """One voltammogram, one timeline, volumes and temperatures make four drawings, each with a name."""
    page = page_of(complete)
    assert page.tags.count("svg") == 4
    assert page.unlabelled == 0
    assert "Voltammogram s1 5.2@1 with its fit" in page.text


def test_many_rounds_become_a_titration_curve(tmp_path: Path) -> None:
    """Five rounds of a measurement are drawn against the equivalents added, with the cap marked."""
    page = page_of(run_small(tmp_path, rounds=5))
    assert "titration" in page.ids
    assert "SiW9 added / equivalents of what was there at each addition" in page.text
    assert "cap of 5 rounds: a lower bound" in page.text


def test_the_page_refers_to_nothing_outside_itself(complete: RunFolder) -> None:
    """Every link is to an element of the page; no script, image, frame or style sheet is fetched."""
    text = write_report(complete).read_text(encoding="utf-8")
    page = read_page(text)
    assert {each for each in page.references if not each.startswith("#")} == set()
    assert {each.removeprefix("#") for each in page.references} <= set(page.ids)
    assert set(page.tags) & {"script", "link", "img", "iframe", "object"} == set()
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_identifiers_are_unique(complete: RunFolder) -> None:
    """No two elements of the page share an identifier, drawings included."""
    ids = page_of(complete).ids
    assert sorted(set(ids)) == sorted(ids)


def test_equal_runs_have_equal_pages(complete: RunFolder, tmp_path: Path) -> None:
    """The same recipe, station and seed give the same bytes, whenever and wherever the page is written."""
    again = run_small(tmp_path)
    assert write_report(complete).read_bytes() == write_report(again).read_bytes()


def test_a_held_run_says_why_it_is_held(tmp_path: Path) -> None:
    """A loop that must not reach its cap holds the run; the page shows the state and the reason."""
    page = page_of(run_small(tmp_path, at_cap="hold"))
    assert "HELD manganese taken up: 1 rounds without" in page.text
    assert "RUNNING → HOLDING" in page.text


def test_failed_exchanges_stand_with_device_and_bytes(tmp_path: Path) -> None:
    """A pump that falls silent leaves failures on the page: which device, what was sent, that nothing came."""
    page = page_of(run_small(tmp_path, faults=("pump:silent@t=30",)))
    assert "Failed exchanges, with their bytes" in page.text
    assert re.search(r"pump NoReplyError: .* nothing", page.text)
    assert "HELD" in page.text


def test_a_stroke_of_unknown_outcome_is_named_at_the_top(tmp_path: Path) -> None:
    """A pump silenced in the middle of a stroke leaves it open, and the page says so before anything else."""
    page = page_of(run_small(tmp_path, faults=("pump:silent@t=30",)))
    assert "It is not known how far this stroke went: move_plunger of pump in action 2" in page.text
    assert "The outcome of 1 stroke is open: deliveries are given as ranges" in page.text
    assert re.search(r"plunger at [\d.]+ m?µ?L → plunger at [\d.]+ m?µ?L; no outcome recorded", page.text)


@pytest.mark.parametrize("events", [1, 2, 40, 120])
def test_a_crashed_run_has_a_page(complete: RunFolder, tmp_path: Path, events: int) -> None:
    """After a crash at any event the page tells where the record ends and that it can be recovered."""
    page = page_of(crashed(complete, tmp_path / "dead", events))
    assert f"without closing its record at event {events}" in page.text
    assert "could not be made" not in page.text


def test_scans_without_a_result_are_shown_as_measured(complete: RunFolder, tmp_path: Path) -> None:
    """A process that died between scan and analysis leaves a voltammogram without a fit."""
    with sqlite3.connect(complete.journal) as journal:
        query = 'SELECT seq FROM event WHERE instr(body, CAST(\'"kind":"measured"\' AS BLOB)) > 0'
        (seq,) = journal.execute(query).fetchone()
    page = page_of(crashed(complete, tmp_path / "dead", seq - 1))
    assert "not analysed" in page.text


def test_a_damaged_journal_is_read_up_to_the_damage(own: RunFolder) -> None:
    """A changed event is named at the top, and what came before it is reported."""
    with sqlite3.connect(own.journal) as journal:
        journal.execute("UPDATE event SET body = CAST('{}' AS BLOB) WHERE seq = 100")
    text = page_of(own).text
    assert "The journal is damaged" in text
    assert "event 100" in text
    assert "One ligand, one metal" in text


def test_changed_data_are_noticed(own: RunFolder) -> None:
    """A raw file that no longer has the hash in the journal is named."""
    scan = next((own.path / "data").rglob("*.txt"))
    scan.write_bytes(scan.read_bytes() + b"\n")
    assert f"missing or changed: {scan.relative_to(own.path).as_posix()}" in page_of(own).text


@pytest.mark.parametrize("name", ["station.yaml", "recipe.yaml", "library.yaml", "telemetry.sqlite", "fits", "data"])
def test_a_folder_with_something_missing_has_a_page(own: RunFolder, name: str) -> None:
    """Whatever is missing beside the journal, the page is written and shows the run's title and state."""
    path = own.path / name
    path.rename(own.path.parent / "gone")
    text = page_of(own).text
    assert "One ligand, one metal" in text
    assert "COMPLETE" in text


def test_a_folder_without_a_journal_has_a_page(own: RunFolder) -> None:
    """Without a journal there is nothing to tell but that."""
    own.journal.unlink()
    assert "there is no journal" in page_of(own).text


def test_text_of_others_is_never_markup(tmp_path: Path) -> None:
    """A recipe whose title is a script shows it as text."""
    hostile = "'</title><script>alert(1)</script><b>&amp;'"
    folder = run_small(tmp_path, title=hostile)
    page = page_of(folder)
    assert "script" not in page.tags
    assert "</title><script>alert(1)</script><b>&amp;" in page.text


def test_inputs_that_cannot_be_read_do_not_matter(own: RunFolder) -> None:
    """A library that is no YAML and a station that is no station do not keep the page from being written."""
    (own.path / "library.yaml").write_text("{", encoding="utf-8")
    (own.path / "station.yaml").write_text("station: 7", encoding="utf-8")
    assert "COMPLETE" in page_of(own).text


def test_a_folder_that_cannot_be_written_is_an_error(own: RunFolder) -> None:
    """Where `report.html` is a directory the report is refused with the path."""
    own.report.unlink(missing_ok=True)
    own.report.mkdir()
    with pytest.raises(JournalError, match=r"report\.html"):
        write_report(own)
