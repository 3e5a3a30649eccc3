"""What the shipped recipes of the nanoparticles must show on their simulated bench."""

from datetime import date
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.plan.check import make_plan
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from simulators.twin.nanoparticles import metal_mol, segregation
from tests.protocols.mof.test_interlocks import book_of
from tests.protocols.nanoparticles.bench import FOLDER, SAID, reduced

RECIPES = ("co_reduction", "control_no_pom", "control_chloride")


def test_co_reduction_ends_at_the_plateau_with_an_alloy(tmp_path: Path) -> None:
    """Before the cap, when the band rests; the verdict is the twin's truth, and hydrogen what is possible."""
    run = reduced(FOLDER / "co_reduction.yaml", tmp_path)
    assert (run.end.state, run.tripped()) == (RunState.COMPLETE, [])
    spectra = run.end.history.measurements["uv"]
    assert 30 < len(spectra) < 180
    times = [each["t_s"] for each in spectra]
    assert 9.0 < (times[-1] - times[0]) / (len(times) - 1) < 11.0
    pot = run.truth["vessels"]["pot"]["composition_mol"]
    assert 0.1 < segregation(pot) < 0.3
    assert metal_mol(pot) == pytest.approx(1e-5, rel=0.03)
    assert spectra[-1]["verdict"] == "alloy"
    assert run.notes() == ["one band on the alloy line: an alloy"]
    drift, sd = run.value("uv", "position_drift")
    assert abs(drift) + 1.96 * sd < 1.0
    assert pot["H2"] * 24465.0 < 9.8
    assert run.truth["devices"]["sweep"]["target_ml_min"] == 500.0


def test_more_polyoxometalate_gives_a_core_and_a_shell(tmp_path: Path) -> None:
    """At 0.1 mmol/L, another bench: told by its bands, and it is what the twin grew."""
    run = reduced(FOLDER / "co_reduction.yaml", tmp_path, seed=2, pom="0.1 mmol/L", spectra="60")
    assert run.end.state is RunState.COMPLETE
    assert segregation(run.truth["vessels"]["pot"]["composition_mol"]) > 0.4
    assert run.end.history.measurements["uv"][-1]["verdict"] == "core-shell"
    assert run.notes()[-1] == "two bands, or one off the alloy line: core and shell"


def test_without_polyoxometalate_the_run_stops_for_clumps(tmp_path: Path) -> None:
    """Within eight minutes a third of the particles has."""
    run = reduced(FOLDER / "control_no_pom.yaml", tmp_path, spectra="45")
    assert run.end.state is RunState.STOPPED
    assert "the particles have clumped" in run.summary["reason"]
    pot = run.truth["vessels"]["pot"]["composition_mol"]
    assert pot["clumped"] > 0.4 * pot["particles"]


def test_chloride_stops_the_run_before_anything_is_reduced(tmp_path: Path) -> None:
    """Silver chloride is seen in the blank; no hydride has been dosed."""
    run = reduced(FOLDER / "control_chloride.yaml", tmp_path)
    assert run.end.state is RunState.STOPPED
    assert "turbid" in run.summary["reason"]
    pot = run.truth["vessels"]["pot"]
    assert pot["composition_mol"]["AgCl"] > 4e-6
    assert "NaBH4" not in pot["charged_mol"]


@pytest.mark.parametrize(
    ("rule", "recipe", "override"),
    [("AUCL-AG", "control_chloride", "  - {rule: AUCL-AG"), ("POM-FIRST", "control_no_pom", "  - {rule: POM-FIRST")],
)
def test_rules_of_this_chemistry(rule: str, recipe: str, override: str, tmp_path: Path) -> None:
    """Each stands in the way of its control unless the recipe gives a reason, and of no other shipped recipe."""
    place = load_station(FOLDER / "station.yaml")
    book = book_of((FOLDER / "rules.yaml").read_text(encoding="utf-8"))

    def blocking(path: Path) -> set[str]:
        full, today = Inventory.full(place), date(2026, 11, 26)
        plan = make_plan(load_recipe(path), place, full, acknowledgements=SAID, today=today, book=book)
        return {each.rule for each in plan.blocking}

    assert all(blocking(FOLDER / f"{name}.yaml") == set() for name in RECIPES)
    lines = (FOLDER / f"{recipe}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    without = [each for each in lines if not each.startswith((override, "overrides:"))]
    assert len(without) == len(lines) - 2
    (tmp_path / "recipe.yaml").write_text("".join(without), encoding="utf-8")
    assert blocking(tmp_path / "recipe.yaml") == {rule}
