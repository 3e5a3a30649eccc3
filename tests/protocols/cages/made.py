"""Runs a recipe of the cages on its simulated bench and gives its summary with the twin's truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.twin.cages import Metal, fractions
from tests.protocols.running import Ran, run_recipe

FOLDER = Path(__file__).parents[3] / "protocols" / "cages"
SHORT = {"first": "1 h", "hold": "2 h"}
ATTESTED = {"DMA": "closed vessel in a fume hood"}


@dataclass(frozen=True, slots=True)
class Made(Ran):
    """A finished run, with the reactor's content in truth."""

    def fractions(self, metal: Metal) -> Any:
        """Return the true fractions of cages by units of a metal."""
        return fractions(self.truth["vessels"]["reactor"]["composition_mol"], metal)


def run_made(recipe: Path, runs: Path, seed: int = 0, **settings: str) -> Made:
    """Run a recipe on the station's simulated bench in virtual time, to its end or until it is held."""
    ran = run_recipe(recipe, FOLDER / "station.yaml", runs, seed, {**SHORT, **settings}, ATTESTED)
    return Made(ran.end, ran.summary, ran.truth)
