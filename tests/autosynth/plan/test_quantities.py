"""The quantities that a plan knows of are those that the analyser makes."""

import subprocess
import sys
from pathlib import Path

import pytest

from autosynth.analysis.species import load_library
from autosynth.analysis.voltammetry.fractions import ratios
from autosynth.plan.brought import ALWAYS, waves_of

LIBRARY = load_library(Path(__file__).parents[3] / "protocols/pom/species/pom_a.yaml")


@pytest.mark.parametrize("stage", ["", *LIBRARY.stages, "S1", "Fe_free"])
def test_fractions_are_those_of_the_analyser(stage: str) -> None:
    """For all species, each stage and single species: the same names, and a concentration of each species."""
    named = (stage,) if stage else ()
    looked_for = LIBRARY.expand(named) if named else LIBRARY.all_species
    made = {ratio.name for ratio in ratios(LIBRARY, looked_for)} | {f"c_{one.name}" for one in looked_for}
    assert made == waves_of(LIBRARY, named).kinds.keys() - set(ALWAYS)


def test_a_check_does_not_load_the_analyser() -> None:
    """`check` is called at every save: it imports no fitting code."""
    script = "import sys, autosynth.plan.check; print('scipy.optimize' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
