"""`autosynth run`: exit codes, the one JSON object, the summary, and options that are wrong."""

import sys
from pathlib import Path

import pytest

from tests.autosynth.cli.calling import DOSE, NOTHING, call, place

LOOP = """\
autosynth: 1
title: Never shown
parameters:
  much: {{default: 1 mL, min: 0.1 mL, max: 2 mL}}
steps:
  - repeat:
      name: never
      at_most: 2
      until: much > 1.5 mL
      at_cap: {at_cap}
      steps: [{{note: again}}]
"""
KEYS = {
    "run", "path", "state", "simulated_s", "wall_s", "chain_head", "results", "delivered", "decisions", "deviations",
    "vessels", "truth",
}  # fmt: skip


def run(tmp_path: Path, recipe: str, *options: str) -> tuple[int, str, str]:
    """Run a recipe on the simulated bench; runs are kept in the test's folder."""
    found = call("run", place(tmp_path, recipe), "--sim", "--runs", tmp_path / "runs", *options)
    return found.code, found.out, found.err


def test_json_of_a_complete_run_is_one_strict_object(tmp_path: Path) -> None:
    """Standard output holds the object scripts depend on, and nothing else."""
    found = call("run", place(tmp_path, DOSE), "--sim", "--json", "--runs", tmp_path / "runs")
    assert found.code == 0
    assert set(found.json) >= KEYS
    assert found.json["state"] == "COMPLETE"
    delivered = found.json["delivered"]["SiW9"]
    assert {"amount", "unit", "volume_ml", "sd"} <= set(delivered)
    assert delivered["unit"] == "mol"
    assert pytest.approx(delivered["amount"], abs=4 * delivered["sd"]) == 1e-5
    assert pytest.approx(found.json["vessels"]["reactor"]["volume_ml"], abs=0.02) == 1.0
    assert pytest.approx(found.json["truth"]["vessels"]["reactor"]["volume_ml"], abs=0.02) == 1.0
    assert (Path(found.json["path"]) / "journal.sqlite").exists()


def test_decisions_bear_step_condition_values_and_verdict(tmp_path: Path) -> None:
    """Every decision of a loop is there, with the values it was taken on."""
    found = call("run", place(tmp_path, LOOP.format(at_cap="accept")), "--sim", "--json", "--runs", tmp_path / "runs")
    assert found.code == 0
    assert [(each["step"], each["verdict"]) for each in found.json["decisions"]] == [("1@1", "false"), ("1@2", "false")]
    assert found.json["decisions"][0]["condition"] == "much > 1.5 mL"
    assert found.json["decisions"][0]["values"]["much"]["value"] == 1.0
    assert found.json["outcomes"]["never"]["outcome"] == "cap"


def test_the_same_seed_gives_the_same_chain_and_its_own_folder(tmp_path: Path) -> None:
    """Live lines, silence or JSON: the journal is the same to the last hash; a run never overwrites another."""
    recipe = place(tmp_path, DOSE)
    heads = {
        call("run", recipe, "--sim", "--json", "--runs", tmp_path / name).json["chain_head"] for name in ("a", "b")
    }
    plain = call("run", recipe, "--sim", "--plain", "--runs", tmp_path / "c").out
    assert len(heads) == 1
    assert heads.pop()[:16] in plain


def test_a_station_taken_unasked_is_named_above_what_it_lacks(tmp_path: Path) -> None:
    """A run that is refused for what its station is not says once which one that was, unless it was asked for."""
    lacking = DOSE.replace("SiW9", "SiW12")
    code, out, err = run(tmp_path, lacking)
    line = (
        f"against station {tmp_path / 'station.yaml'} (taken because it lies beside the recipe; another with --station)"
    )
    assert (code, out) == (2, "")
    assert err.split("\n")[0] == line
    assert err.count("against station") == 1
    assert "against station" not in run(tmp_path, lacking, "--station", str(tmp_path / "station.yaml"))[2]


def test_a_run_whose_report_cannot_be_loaded_has_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What draws is loaded after the run: if it is broken, the summary and the exit code are those of the run."""
    monkeypatch.setitem(sys.modules, "autosynth.report.page", None)
    found = call("run", place(tmp_path, NOTHING), "--sim", "--json", "--runs", tmp_path / "runs")
    assert (found.code, found.json["state"], found.json["report"]) == (0, "COMPLETE", None)
    assert found.err.startswith("warning: ")


@pytest.mark.parametrize(
    ("at_cap", "code", "state"), [("accept", 0, "COMPLETE"), ("stop", 3, "STOPPED"), ("hold", 4, "HELD")]
)
def test_the_exit_code_says_how_a_run_ended(tmp_path: Path, at_cap: str, code: int, state: str) -> None:
    """Complete is 0, stopped is 3, held with nobody there is 4."""
    found, out, _ = run(tmp_path, LOOP.format(at_cap=at_cap))
    assert code == found
    assert any(line.startswith(state) for line in out.splitlines())


def test_a_loop_that_was_cut_short_has_no_outcome(tmp_path: Path) -> None:
    """A loop stopped at its cap did not end by its condition, and nothing says so."""
    _, out, _ = run(tmp_path, LOOP.format(at_cap="stop"))
    assert "by its condition" not in out


def test_a_device_that_does_not_answer_is_five_before_anything_moves(tmp_path: Path) -> None:
    """Exit 5 names the device; there is no summary of a run that never was."""
    code, out, err = run(tmp_path, DOSE, "--fault", "pump:silent@t=0")
    assert code == 5
    assert "pump" in err
    assert "COMPLETE" not in out


def test_a_device_that_falls_silent_later_holds(tmp_path: Path) -> None:
    """Exit 4 with the reason; what was delivered until then is told."""
    code, out, _ = run(tmp_path, DOSE, "--fault", "pump:silent@t=20")
    assert code == 4
    assert "held:" in out
    assert "SiW9" in out


def test_a_held_simulated_run_says_what_can_be_done(tmp_path: Path) -> None:
    """Its bench is gone with its process: neither summary nor commands advise a restart or a recovery."""
    _, out, _ = run(tmp_path, DOSE, "--fault", "pump:power_cycle@t=25")
    advice = " ".join(out.split())
    assert "nothing can be restarted or recovered" in advice
    assert "run it again" in advice
    assert "autosynth restart" not in advice
    assert "--settle" not in advice
    refused = call("restart", "last", "--runs", tmp_path / "runs")
    assert refused.code == 2
    assert "HELD when its process ended" in refused.err
    assert "nothing can be restarted or recovered" in " ".join(refused.err.split())


def test_an_ended_run_takes_no_commands(tmp_path: Path) -> None:
    """A complete run says that it is complete, and does not advise to recover it."""
    run(tmp_path, DOSE)
    refused = call("hold", "last", "--runs", tmp_path / "runs")
    assert refused.code == 2
    assert "is COMPLETE: it takes no commands" in refused.err


def test_the_summary_fits_eighty_columns(tmp_path: Path) -> None:
    """No line but paths is wider than a terminal."""
    _, out, _ = run(tmp_path, DOSE.replace("One dose", "A title that is " + "very " * 20 + "long"))
    lines = out[out.index("COMPLETE  ") :].splitlines()
    assert max(len(line) for line in lines if "/" not in line) <= 80


def test_plain_lines_name_actions_in_order(tmp_path: Path) -> None:
    """A log has a line for each action and state, with the time of the bench."""
    _, out, _ = run(tmp_path, NOTHING, "--plain")
    lines = out.splitlines()
    assert lines[1:3] == ["0:00:00 IDLE -> RUNNING", "0:00:00 1 note: nothing moves"]
    assert lines[3] == "0:00:00 2 wait 60 s"
    assert lines[4].endswith("RUNNING -> COMPLETE")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--sim", "--speed", "fast"], "--speed fast: error"),
        (["--sim", "--speed", "0"], "--speed 0: error"),
        (["--sim", "--speed", "nan"], "--speed nan: error"),
        (["--sim", "--speed", "-3"], "--speed -3: error"),
        (["--sim", "--seed", "-1"], "--seed"),
        (["--sim", "--seed", "one"], "--seed"),
        (["--sim", "--fault", "pump:explode@t=1"], "drop_reply"),
        (["--sim", "--fault", "laser:silent@t=1"], "hotplate, pump"),
        (["--sim", "--fault", "pump:silent"], "needs t"),
        (["--sim", "--fault", "nonsense"], "device:name@key=value"),
        (["--fault", "pump:silent@t=1"], "--fault pump:silent@t=1: error"),
        (["--seed", "3"], "add --sim"),
        (["--speed", "max"], "add --sim"),
        (["--sim", "--set", "much"], "--set much: error"),
        (["--sim", "--nonsense"], "nonsense"),
    ],
)
def test_wrong_options_change_nothing(tmp_path: Path, options: list[str], said: str) -> None:
    """Exit 2 with a sentence that names the option; no run folder appears, standard output stays empty."""
    found = call("run", place(tmp_path, DOSE), "--runs", tmp_path / "runs", *options)
    assert found.code == 2
    assert said in found.err
    assert found.out == ""
    assert not (tmp_path / "runs").exists()


def test_a_refused_recipe_is_not_run(tmp_path: Path) -> None:
    """What check refuses, run refuses with the same words and exit 2."""
    recipe = place(tmp_path, DOSE.replace("default: 1 mL, min: 0.1 mL, max: 2 mL", "default: 30 mL, max: 40 mL"))
    found = call("run", recipe, "--sim", "--runs", tmp_path / "runs")
    assert found.code == 2
    assert f"{recipe}:9:" in found.err
    assert not (tmp_path / "runs").exists()


def test_runs_cannot_be_kept_in_a_file(tmp_path: Path) -> None:
    """A `--runs` that is no folder is exit 2 with a sentence."""
    recipe = place(tmp_path, DOSE)
    found = call("run", recipe, "--sim", "--runs", recipe)
    assert found.code == 2
    assert "run folder" in found.err


def test_a_bench_that_is_not_there_leaves_the_station_free(tmp_path: Path) -> None:
    """Without instruments a real run is exit 5, twice: the first does not block the second."""
    recipe = place(tmp_path, DOSE)
    station = tmp_path / "station.yaml"
    station.write_text(station.read_text().replace("/dev/ttyUSB", str(tmp_path / "none")))
    codes = [call("run", recipe, "--runs", tmp_path / "runs", "--plain").code for _ in range(2)]
    assert codes == [5, 5]
