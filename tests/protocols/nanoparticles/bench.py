"""Runs recipes on the simulated bench of the nanoparticles, and gives their summaries with the twin's truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from autosynth.clock import run_virtual
from autosynth.engine.run import RunSetup, start
from autosynth.report.summary import summarise
from tests.protocols.running import Ran, prepared

FOLDER = Path(__file__).parents[3] / "protocols" / "nanoparticles"
SAID = {
    "H2-DOSE": "the hydride's bottle and the quench stand open under the hood",
    "H2-STOCK": "made ten minutes ago",
}
"""What only a person knows, attested."""
HEAD = """autosynth: 1
title: A test on the bench of the nanoparticles
needs: {pot: swept_pot}
reagents: {hydride: {species: NaBH4}, water: {}, Ag: {species: AgNO3}, AuCl: {species: HAuCl4}}
steps:
"""


def setup(
    recipe: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    station: Path = FOLDER / "station.yaml",
) -> RunSetup:
    """Return a run that is ready to start; what only people know is attested."""
    return prepared(recipe, station, runs, seed, settings, SAID, faults)


def reduced(recipe: Path, runs: Path, seed: int = 0, faults: Sequence[str] = (), **settings: str) -> Ran:
    """Run a recipe in virtual time, to its end or until it is held."""
    end = run_virtual(start(setup(recipe, runs, seed, settings, faults)))
    assert end.truth is not None
    return Ran(end, summarise(end.history), dict(end.truth))


def written(folder: Path, steps: str) -> Path:
    """Write a small recipe of its own."""
    path = folder / "recipe.yaml"
    path.write_text(HEAD + steps, encoding="utf-8")
    return path
