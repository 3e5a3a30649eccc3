"""Campaigns on the command line: a table is refused as a whole or made as a whole, and any death is gone on from."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from autosynth.campaign.vials import VialChange
from autosynth.cli import benches
from autosynth.cli.benches import StationBench
from autosynth.cli.run import RunRequest, run_simulated
from autosynth.engine.inputs import utc_now
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture
from tests.autosynth.cli.calling import DOSE, Called, call, place

TABLE = "id,much / uL\na,500\nb,1000\nc,250\n"
KEYS = {
    "campaign", "title", "recipe", "station", "simulated", "seed", "state", "reason", "simulated_s", "chain_head",
    "made", "of", "rows", "dispensed", "changes", "path", "report", "wall_s",
}  # fmt: skip
ROW_KEYS = {"row", "source", "settings", "state", "run", "chain_head", "results", "objectives", "vials", "lots"}


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(folder: Path, table: str = TABLE, *options: str) -> Called:
    """Run the small dose over a table."""
    recipe, rows = place(folder, DOSE), written(folder, table)
    return call("run", recipe, "--table", rows, "--sim", "--json", "--runs", folder / "runs", *options)


def heads(summary: Any) -> dict[str, str]:
    return {row["row"]: row["chain_head"] for row in summary["rows"]}


def test_json_of_a_campaign_is_one_strict_object(tmp_path: Path) -> None:
    """Keys are a contract; volumes are those of the table within the pump's uncertainty."""
    found = run(tmp_path)
    assert found.code == 0
    assert set(found.json) >= KEYS
    assert (found.json["state"], found.json["made"], found.json["of"]) == ("COMPLETE", 3, 3)
    assert set(found.json["rows"][0]) >= ROW_KEYS
    assert found.json["rows"][1]["settings"] == {"much": "1000 uL"}
    total = found.json["dispensed"]["SiW9"]
    assert total["planned_ml"] == pytest.approx(1.75)
    assert total["volume_ml"] == pytest.approx(1.75, abs=2 * total["sd_ml"])
    folder = Path(found.json["path"])
    assert len(list((folder / "runs").glob("*/journal.sqlite"))) == 3
    assert (folder / "table.csv").read_text() == TABLE


def test_a_wrong_table_moves_nothing(tmp_path: Path) -> None:
    """Exit 2, every mistake at its place, and no folder was made."""
    found = run(tmp_path, "id,mush / uL\na,500\na,1\n\ntotal,501\n")
    assert found.code == 2
    assert "table.csv:1:4: error: 'mush' is not a parameter" in found.err
    assert "table.csv:3:1: error: the id 'a' is taken already" in found.err
    assert "table.csv:4:1: error: this row is blank" in found.err
    assert "table.csv:5:1: error: 'total': this is a row of totals" in found.err
    assert not (tmp_path / "runs").exists()


def test_stock_is_summed_over_all_rows(tmp_path: Path) -> None:
    """The bottle has enough for each row and not for all: the row at which it gives out is told."""
    found = run(tmp_path, "much / mL\n" + "2\n" * 60)
    assert found.code == 2
    assert "SiW9 must give up to" in found.err
    assert "it may give out in row" in found.err


def test_one_seed_gives_one_campaign(tmp_path: Path) -> None:
    """Bit for bit: the campaign's chain and every run's; another seed gives others."""
    one, same, other = (run(tmp_path, TABLE, "--seed", seed).json for seed in ("3", "3", "4"))
    assert one["chain_head"] == same["chain_head"] != other["chain_head"]
    assert heads(one) == heads(same)
    assert not set(heads(one).values()) & set(heads(other).values())


class KilledError(BaseException):
    """The process dies here."""


def test_a_simulated_campaign_that_was_killed_is_the_same_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed inside its second vial: that one begins again as it began, the first is not made again."""
    whole = run(tmp_path).json
    made: list[int] = []
    real = run_simulated

    def dying(request: Any, inputs: Any, speed: Any) -> Any:
        made.append(request.seed)
        end = real(request, inputs, speed)
        if len(made) == 2:
            raise KilledError
        return end

    monkeypatch.setattr(benches, "run_simulated", dying)
    with pytest.raises(KilledError):
        run(tmp_path)
    left = call("show", "last", "--json", "--runs", tmp_path / "runs").json
    assert [row["state"] for row in left["rows"]] == ["COMPLETE", "underway", ""]
    found = call("recover", "last", "--json", "--runs", tmp_path / "runs")
    assert found.code == 0
    assert made == [0, 1000, 1000, 2000]
    assert heads(found.json) == heads(whole)
    assert found.json["dispensed"] == whole["dispensed"]
    verified = call("show", found.json["path"], "--verify", "--runs", tmp_path / "runs")
    assert verified.code == 0
    assert "those of 3 runs verify" in verified.out


def test_a_campaign_is_paused_extended_and_gone_on_with(tmp_path: Path) -> None:
    """Exit 4 while rows are left; further rows are checked like the first ones; nothing is made twice."""
    found = run(tmp_path, TABLE, "--at-most", "1")
    assert (found.code, found.json["state"], found.json["made"]) == (4, "PAUSED", 1)
    again = written(tmp_path, "id,much / uL\na,100\n", "again.csv")
    assert call("extend", "last", "--table", again, "--runs", tmp_path / "runs").code == 2
    more = written(tmp_path, "id,much / uL\nd,100\n", "more.csv")
    assert call("extend", "last", "--table", more, "--runs", tmp_path / "runs").code == 0
    found = call("recover", "last", "--json", "--runs", tmp_path / "runs")
    assert (found.code, found.json["state"]) == (0, "COMPLETE")
    assert [row["row"] for row in found.json["rows"]] == ["a", "b", "c", "d"]
    assert {row["attempts"] for row in found.json["rows"]} == {1}
    replayed = call("replay", found.json["path"], "--json", "--runs", tmp_path / "replayed")
    assert (replayed.code, replayed.json["same"], replayed.json["rows"]) == (0, True, ["a", "b", "c", "d"])
    once = call("recover", "last", "--json", "--again", "b", "--runs", tmp_path / "runs")
    assert [row["attempts"] for row in once.json["rows"]] == [1, 2, 1, 1]
    assert call("recover", "last", "--again", "z", "--runs", tmp_path / "runs").code == 2


STOPS = """\
autosynth: 1
title: Stops when there is much
parameters: {much: {default: 1 mL, min: 0.1 mL, max: 2 mL}}
steps:
  - when: {condition: much > 0.9 mL, then: [{stop: {reason: that is much}}]}
"""


@pytest.mark.parametrize(("policy", "made", "code"), [("stop", 1, 4), ("go on", 2, 0)])
def test_what_follows_a_row_that_was_stopped_is_declared(tmp_path: Path, policy: str, made: int, code: int) -> None:
    """The row is on record as stopped either way; the campaign holds there, or goes on."""
    place(tmp_path, STOPS)
    written(tmp_path, TABLE)
    file = written(
        tmp_path,
        f"campaign: 1\ntitle: Much\nrecipe: recipe.yaml\ntable: table.csv\nafter: {{stopped: {policy}}}\n",
        "campaign.yaml",
    )
    found = call("run", file, "--sim", "--json", "--runs", tmp_path / "runs")
    assert (found.code, found.json["made"]) == (code, made)
    assert [row["state"] for row in found.json["rows"]][1] == "STOPPED"
    assert found.json["rows"][1]["reason"].endswith("that is much")


def test_the_page_and_the_table_of_results(tmp_path: Path) -> None:
    """Self-contained; every row with its run and chain; the table is read by any other program."""
    found = run(tmp_path).json
    page = Path(found["report"]).read_text(encoding="utf-8")
    assert "autosynth campaign report" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    assert all(head in page for head in heads(found).values())
    with (Path(found["path"]) / "table_results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["id"], float(row["much / mL"]), row["state"]) for row in rows] == [
        ("a", 0.5, "COMPLETE"),
        ("b", 1.0, "COMPLETE"),
        ("c", 0.25, "COMPLETE"),
    ]
    assert [row["chain_head"] for row in rows] == list(heads(found).values())


def test_runs_of_a_campaign_are_found(tmp_path: Path) -> None:
    """`runs` lists the campaign; its runs are shown by their ids."""
    run(tmp_path)
    listed = call("runs", "--runs", tmp_path / "runs", "--json").json
    assert [(each["run"], each["state"]) for each in listed] == [("c0000000", "COMPLETE")]
    assert "3 of 3 rows" in listed[0]["title"]
    shown = call("show", "s0001000", "--json", "--runs", tmp_path / "runs")
    assert (shown.code, shown.json["run"]) == (0, "s0001000")


def test_a_change_of_vials_is_asked_for_and_goes_into_the_ledger(tmp_path: Path) -> None:
    """Nobody there: nothing is booked. Somebody there: the places are empty in the ledger, with who and why."""
    station = tmp_path / "station.yaml"
    shutil.copy(Path(__file__).parents[2] / "stations" / "three_tubes.yaml", station)
    loaded = load_station(station)
    inventory = Inventory.full(loaded)
    inventory.set_content("tubes_2", Mixture({"water": 0.5}))
    with Ledger(ledger_path(station), utc_now) as ledger:
        ledger.opening_balance(inventory, "test")
    asked: list[str] = []
    request = RunRequest(tmp_path, station, (), (), tmp_path, False, None, None, (), True, True, True)
    change = VialChange("tubes", ("tubes_2",), 900.0)
    assert StationBench(request, station, "Ann", lambda prompt: None).change(change, 1) is None

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return ""

    bench = StationBench(request, station, "Ann", answer)
    assert bench.inventory().volume_ml("tubes_2") == 0.5
    done = bench.change(change, 1)
    assert done is not None
    assert done.who == "Ann"
    assert asked[0].startswith("take the used vial of tubes (tubes_2) out")
    assert bench.inventory().volume_ml("tubes_2") == 0.0
    with Ledger(ledger_path(station), utc_now) as ledger:
        last = ledger.entries()[-1]
    assert (last.kind, last.who, last.why, last.detail["vessel"]) == (
        "correction",
        "Ann",
        "vials changed, 1",
        "tubes_2",
    )
