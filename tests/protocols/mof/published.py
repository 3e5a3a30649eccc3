"""Runs a shipped recipe on the simulated milling bench and gives its summary with the twin's truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.protocols.running import Ran, run_recipe

FOLDER = Path(__file__).parents[3] / "protocols" / "mof"
SHORT = {"hold": "1 h"}
"""Activation takes most of the time that a bench simulates, and nothing here asks how long it was."""


@dataclass(frozen=True, slots=True)
class Milled(Ran):
    """A finished run: its end, its summary, and the jar and the mill as they are in truth."""

    @property
    def jar(self) -> dict[str, Any]:
        """Return what is in the jar in truth."""
        found: dict[str, Any] = self.truth["vessels"]["jar"]
        return found


def run_milled(
    recipe: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    station: Path = FOLDER / "station.yaml",
    faults: Sequence[str] = (),
) -> Milled:
    """Run a recipe on a station's simulated bench in virtual time, to its end or until it is held."""
    ran = run_recipe(recipe, station, runs, seed, settings, faults=faults)
    return Milled(ran.end, ran.summary, ran.truth)


def run_published(name: str, runs: Path, seed: int = 0, station: str = "station.yaml", **settings: str) -> Milled:
    """Run `protocols/mof/<name>`."""
    return run_milled(FOLDER / name, runs, seed, settings, FOLDER / station)
