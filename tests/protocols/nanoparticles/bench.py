"""Runs recipes on the simulated bench of the nanoparticles, and gives their summaries with the twin's truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import RunEnd, RunSetup, new_run_id, start
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description

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


@dataclass(frozen=True, slots=True)
class Reduced:
    """A finished run: its end, its summary, and the bench as it is in truth."""

    end: RunEnd
    summary: dict[str, Any]
    truth: dict[str, Any]

    def tripped(self) -> list[str]:
        """Return the live rules that tripped."""
        return [str(each["rule"]) for each in self.end.history.deviations if each["what"] == "interlock"]

    def value(self, name: str, quantity: str) -> tuple[float, float]:
        """Return a quantity's last value and standard uncertainty."""
        found = self.end.history.measurements[name][-1]["quantities"][quantity]
        return float(found["value"]), float(found["sd"])

    def notes(self) -> list[str]:
        """Return the remarks that the recipe made, in order."""
        actions = self.end.history.actions.values()
        return [str(each.details["text"]) for each in actions if each.details.get("verb") == "note"]


def setup(
    recipe: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    station: Path = FOLDER / "station.yaml",
) -> RunSetup:
    """Return a run that is ready to start; what only people know is attested."""
    inputs = read_inputs(recipe, station, dict(settings or {}), acknowledgements=SAID)
    inputs.plan.require_accepted()
    description = bench_description(inputs.plan.station, inputs.inventory)
    return RunSetup(
        plan=inputs.plan,
        library=inputs.library,
        inventory=inputs.inventory,
        runs=runs,
        run_id=new_run_id(seed),
        seed=seed,
        bench=open_simulated(description, seed, tuple(faults)),
        description=description,
        texts=inputs.texts,
    )


def reduced(recipe: Path, runs: Path, seed: int = 0, faults: Sequence[str] = (), **settings: str) -> Reduced:
    """Run a recipe in virtual time, to its end or until it is held."""
    end = run_virtual(start(setup(recipe, runs, seed, settings, faults)))
    assert end.truth is not None
    return Reduced(end, summarise(end.history), dict(end.truth))


def written(folder: Path, steps: str) -> Path:
    """Write a small recipe of its own."""
    path = folder / "recipe.yaml"
    path.write_text(HEAD + steps, encoding="utf-8")
    return path
