"""Runs a shipped recipe on the simulated milling bench and gives its summary with the twin's truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.protocols.running import Ran, run_recipe

FOLDER = Path(__file__).parents[3] / "protocols" / "mof"
AUTOCLAVE = FOLDER / "station_autoclave.yaml"
ATTESTED = {"JAR-OPEN": "a person feels it, vents it in the hood and opens it"}
"""Nothing on that bench tells how warm its autoclave is."""
SHORT = {"hold": "1 h"}
"""Activation takes most of the time that a bench simulates, and nothing here asks how long it was."""


@dataclass(frozen=True, slots=True)
class Milled(Ran):
    """A finished run: its end, its summary, and the jar and the mill as they are in truth."""

    @property
    def jar(self) -> dict[str, Any]:
        """Return what is in the jar in truth; in the autoclave of the bench that has one."""
        vessels = self.truth["vessels"]
        found: dict[str, Any] = vessels["jar" if "jar" in vessels else "bomb"]
        return found


def run_milled(
    recipe: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    station: Path = FOLDER / "station.yaml",
    faults: Sequence[str] = (),
    acknowledgements: Mapping[str, str] | None = None,
) -> Milled:
    """Run a recipe on a station's simulated bench in virtual time, to its end or until it is held."""
    ran = run_recipe(recipe, station, runs, seed, settings, acknowledgements, faults)
    return Milled(ran.end, ran.summary, ran.truth)


def run_published(name: str, runs: Path, seed: int = 0, station: str = "station.yaml", **settings: str) -> Milled:
    """Run `protocols/mof/<name>`; the solvothermal one on the bench that has an autoclave, its opening attested."""
    if name == "c5.yaml":
        return run_milled(FOLDER / name, runs, seed, settings, AUTOCLAVE, acknowledgements=ATTESTED)
    return run_milled(FOLDER / name, runs, seed, settings, FOLDER / station)
