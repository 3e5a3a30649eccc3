"""The recipes of the cages on their bench: what spectrum and elements tell is true, and the report shows it."""

from pathlib import Path

import numpy as np
import pytest

from autosynth.engine.inputs import read_inputs
from autosynth.engine.machine import RunState
from autosynth.report.page import write_report
from simulators.twin.cages import COPPER, RUTHENIUM
from simulators.twin.corners import CORNERS, dispersion
from tests.protocols.cages.made import ATTESTED, FOLDER, Made, run_made

COUNT = np.arange(CORNERS + 1)


def told_truly(run: Made, metal_fractions: np.ndarray) -> None:
    """Assert that mean and dispersion of the last spectrum, and the elements, are those of the twin."""
    assert run.end.state is RunState.COMPLETE
    for name, truth in (("x", float(metal_fractions @ COUNT)), ("dispersion", float(dispersion(metal_fractions)))):
        value, sd = run.value("ms", name)
        assert abs(value - truth) <= 3.5 * sd, name
    x, sd = run.value("ms", "x")
    assert sd < 0.05
    difference, sd = run.value("ms", "elements_difference")
    assert abs(difference) <= 3.5 * sd
    target, feed = 3.0, 0.25
    again = 1.0 / (1.0 + (1.0 - feed) / feed * (12.0 - target) / target * x / (12.0 - x))
    assert run.value("ms", "next_feed")[0] == pytest.approx(again)


def test_ruthenium_cages_are_told_by_mean_and_spread_alone(tmp_path: Path) -> None:
    """X and D within their uncertainties of the truth, no single fraction anywhere, agreement with the elements."""
    run = run_made(FOLDER / "rh_ru.yaml", tmp_path, seed=3)
    told_truly(run, run.fractions(RUTHENIUM))
    assert run.measured("ms")["verdict"] == "binomial"
    assert not any(name.startswith("fraction_") for name in run.measured("ms")["quantities"])
    assert "mean x of mass spectrum and elements agree within 0.2" in run.notes()
    assert any("off target" in note for note in run.notes())  # r is 0.8, and little is converted after two hours
    rhodium, sd = run.value("cv", "Rh")
    assert rhodium == pytest.approx(0.75, abs=3.0 * sd + 0.01)  # of all metal, most of which is in no cage yet
    page = write_report(run.end.folder).read_text(encoding="utf-8")
    assert "Mass spectra" in page
    assert "none has a line of its own" in page


def test_copper_cages_are_told_one_by_one(tmp_path: Path) -> None:
    """Every fraction lies within its uncertainty, a hundredth at most."""
    run = run_made(FOLDER / "rh_cu.yaml", tmp_path, seed=4)
    truth = run.fractions(COPPER)
    told_truly(run, truth)
    for number in COUNT:
        value, sd = run.value("ms", f"fraction_{number}")
        assert sd < 0.01
        assert abs(value - truth[number]) <= 4.0 * sd


def test_ligand_that_does_not_suffice_is_to_be_acknowledged(tmp_path: Path) -> None:
    """Two for each unit; the rule names what is missing."""
    text = (FOLDER / "rh_ru.yaml").read_text(encoding="utf-8").replace("moles: 126 umol", "moles: 90 umol")
    recipe = tmp_path / "short.yaml"
    recipe.write_text(text.replace("species/", f"{FOLDER.as_posix()}/species/"), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text((FOLDER / "rules.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    blocking = read_inputs(recipe, FOLDER / "station.yaml", {}, ATTESTED).plan.blocking
    assert {problem.rule for problem in blocking} == {"CAGE-LIGAND"}
