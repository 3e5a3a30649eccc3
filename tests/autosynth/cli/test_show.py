"""`autosynth show`, `report` and `runs`: looking back at what was run."""

from pathlib import Path

import pytest

from tests.autosynth.cli.calling import DOSE, call, place


@pytest.fixture(name="runs")
def finished(tmp_path: Path) -> Path:
    """A folder with one finished run."""
    runs = tmp_path / "runs"
    assert call("run", place(tmp_path, DOSE), "--sim", "--runs", runs, "--json").code == 0
    return runs


def test_show_tells_what_run_told(runs: Path) -> None:
    """The journal alone gives the same object as the run did at its end, besides what only the process knew."""
    found = call("show", "last", "--runs", runs, "--json")
    assert found.code == 0
    assert found.json["state"] == "COMPLETE"
    assert pytest.approx(found.json["delivered"]["SiW9"]["volume_ml"], abs=0.01) == 1.0
    assert {"run", "path", "chain_head", "results", "decisions", "deviations", "vessels"} <= set(found.json)


def test_show_finds_a_run_by_path_id_and_part_of_its_name(runs: Path) -> None:
    """All ways to name a run lead to the same one."""
    folder = next(runs.iterdir())
    names = (str(folder), "s0000000", "one-dose", "last")
    assert {"s0000000"} == {call("show", name, "--runs", runs, "--json").json["run"] for name in names}


def test_show_verifies_the_chain(runs: Path) -> None:
    """`--verify` counts the events and says that they hold together."""
    found = call("show", "last", "--runs", runs, "--verify")
    assert found.code == 0
    assert "verifies" in found.out
    assert call("show", "last", "--runs", runs, "--verify", "--json").json["verified"] is True


def test_the_summary_of_an_old_run_fits_eighty_columns(runs: Path) -> None:
    """Show's text is the run's summary, without the pace that nobody knows any more."""
    out = call("show", "last", "--runs", runs).out
    assert "exchanges" not in out
    assert max(len(line) for line in out.splitlines() if "/" not in line) <= 80


def test_a_stroke_of_unknown_outcome_is_shown_by_its_number(tmp_path: Path) -> None:
    """What a person has to decide on is named in text and JSON, with its bounds and the number for `--settle`."""
    runs = tmp_path / "runs"
    fault = ("--fault", "pump:power_cycle@t=25")
    assert call("run", place(tmp_path, DOSE), "--sim", "--runs", runs, "--json", *fault).code == 4
    (unknown,) = call("show", "last", "--runs", runs, "--json").json["unsettled"]
    assert (unknown["device"], unknown["verb"], unknown["low_ml"]) == ("pump", "move_plunger", 0.0)
    dosed = call("show", "last", "--runs", runs, "--json").json["delivered"]["SiW9"]
    assert (dosed["low_ml"], dosed["high_ml"]) == (dosed["volume_ml"], dosed["volume_ml"] + unknown["high_ml"])
    assert dosed["low"] == pytest.approx(dosed["amount"])
    assert dosed["high"] * dosed["low_ml"] == pytest.approx(dosed["low"] * dosed["high_ml"])
    out = call("show", "last", "--runs", runs).out
    assert "0 to 500 µL" in out
    assert f"unknown: stroke {unknown['intent']}, move_plunger of pump in 2: between 0 and " in " ".join(out.split())


def test_a_dose_that_was_cut_short_before_it_moved_is_none(tmp_path: Path) -> None:
    """What was delivered counts what was delivered: with a pump that never answers, no dose."""
    runs = tmp_path / "runs"
    assert (
        call("run", place(tmp_path, DOSE), "--sim", "--runs", runs, "--json", "--fault", "pump:silent@t=12").code == 4
    )
    delivered = call("show", "last", "--runs", runs, "--json").json["delivered"]["SiW9"]
    assert (delivered["volume_ml"], delivered["doses"]) == (0.0, 0)


@pytest.mark.parametrize("command", ["show", "report", "hold", "recover"])
def test_an_unknown_run_is_a_sentence(runs: Path, command: str) -> None:
    """Exit 2 names where was looked and how to list what there is."""
    found = call(command, "nope", "--runs", runs)
    assert found.code == 2
    assert "no run called 'nope'" in found.err
    assert "autosynth runs" in found.err


def test_a_journal_that_is_no_journal_is_a_sentence(runs: Path) -> None:
    """A damaged file is exit 2, and the list of runs goes on past it."""
    folder = next(runs.iterdir())
    broken = runs / "20200101T000000_broken_x"
    broken.mkdir()
    (broken / "journal.sqlite").write_bytes(b"this is no database" * 100)
    (broken / "station.yaml").write_text((folder / "station.yaml").read_text())
    found = call("show", "broken", "--runs", runs)
    assert found.code == 2
    assert "error: " in found.err
    rows = call("runs", "--runs", runs, "--json").json
    assert [row["state"] for row in rows] == ["COMPLETE", "?"]


def test_runs_lists_state_time_and_title(runs: Path) -> None:
    """One line a run, in 80 columns; an empty or missing folder is an empty list."""
    out = call("runs", "--runs", runs).out
    assert "s0000000" in out
    assert "One dose" in out
    assert max(map(len, out.splitlines())) <= 80
    assert call("runs", "--runs", runs / "none", "--json").json == []


def test_report_is_written_again(runs: Path) -> None:
    """The page that was deleted is there again, and its path is printed."""
    page = next(runs.iterdir()) / "report.html"
    page.unlink()
    found = call("report", "last", "--runs", runs)
    assert found.code == 0
    assert page == Path(found.out.strip())
    assert page.exists()
