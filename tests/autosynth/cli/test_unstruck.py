"""Faults of a rehearsal that never struck are told at its end: who asked for one wants to know."""

from pathlib import Path

from tests.autosynth.cli.calling import DOSE, call, place

WATER = {
    "pump:drop_reply@t=5": True,
    "pump:drop_reply@n=90000": False,
    "pump:silent@t=90000": False,
    "pump:power_cycle@t=90000": False,
    "pump:stall@at_ml=4.99": False,
    "hotplate:drift@t=1,per_h=0.01": True,
}
"""Fault -> whether it strikes a run that pushes 1 mL out of a syringe of 5 mL."""


def test_faults_that_never_struck_are_told(tmp_path: Path) -> None:
    """By number, by time or by place; those that struck, or are there, are not among them."""
    faults = [each for fault in WATER for each in ("--fault", fault)]
    recipe = place(tmp_path, DOSE)
    run = call("run", recipe, "--sim", "--runs", tmp_path / "runs", *faults)
    assert run.code == 0
    told = [line.partition("never struck: ")[2] for line in run.out.splitlines() if "never struck" in line]
    assert told == [fault for fault, strikes in WATER.items() if not strikes]


def test_programs_get_them_too(tmp_path: Path) -> None:
    """The key is there when all have struck as well."""
    struck, late = "pump:drop_reply@t=5", "pump:unplug@t=90000"
    run = call("run", place(tmp_path, DOSE), "--sim", "--runs", tmp_path, "--json", "--fault", struck, "--fault", late)
    assert run.json["unstruck"] == [late]
    assert call("run", tmp_path / "recipe.yaml", "--sim", "--runs", tmp_path, "--json").json["unstruck"] == []
