"""Runs a shipped recipe on the simulated POM bench and gives its summary with the twin's truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.engine.run import RunEnd
from tests.protocols.running import run_recipe

FOLDER = Path(__file__).parents[3] / "protocols" / "pom"


@dataclass(frozen=True, slots=True)
class Published:
    """A finished run: its end, its summary, and what is really in the reactor (mol by the twin's species)."""

    end: RunEnd
    summary: dict[str, Any]
    reactor: dict[str, float]
    ligand_mol: float

    def product_share(self) -> float:
        """Return the share of the ligand still in the vessel that is in I, IA and IA2."""
        names = ("I", "IAg", "IAg2", "INa", "INa2", "IK", "IK2")
        return 2 * sum(self.reactor.get(name, 0.0) for name in names) / self.ligand_mol


def run_published(
    recipe: str,
    runs: Path,
    seed: int = 0,
    settings: dict[str, str] | None = None,
    acknowledgements: dict[str, str] | None = None,
    station: str = "station.yaml",
) -> Published:
    """Run `protocols/pom/<recipe>` to its end in virtual time."""
    ran = run_recipe(FOLDER / recipe, FOLDER / station, runs, seed, settings, acknowledgements)
    reactor = ran.truth["vessels"]["reactor"]
    return Published(ran.end, ran.summary, reactor["composition_mol"], reactor["charged_mol"].get("SiW9", 0.0))
