"""Runs a shipped recipe on the simulated POM bench and gives its summary with the twin's truth."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import RunEnd, RunSetup, new_run_id, start
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description

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
    inputs = read_inputs(FOLDER / recipe, FOLDER / station, settings, acknowledgements)
    inputs.plan.require_accepted()
    description = bench_description(inputs.plan.station, inputs.inventory)
    setup = RunSetup(
        plan=inputs.plan,
        library=inputs.library,
        inventory=inputs.inventory,
        runs=runs,
        run_id=new_run_id(seed),
        seed=seed,
        bench=open_simulated(description, seed, ()),
        description=description,
        texts=inputs.texts,
    )
    end = run_virtual(start(setup))
    assert end.truth is not None
    reactor = end.truth["vessels"]["reactor"]
    return Published(end, summarise(end.history), reactor["composition_mol"], reactor["charged_mol"].get("SiW9", 0.0))
