"""Runs a recipe of the cages on its simulated bench and gives its summary with the twin's truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import RunEnd, RunSetup, new_run_id, start
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description
from simulators.twin.cages import Metal, fractions

FOLDER = Path(__file__).parents[3] / "protocols" / "cages"
SHORT = {"first": "1 h", "hold": "2 h"}
ATTESTED = {"DMA": "closed vessel in a fume hood"}


@dataclass(frozen=True, slots=True)
class Made:
    """A finished run: its end, its summary, and the reactor's content in truth."""

    end: RunEnd
    summary: dict[str, Any]
    truth: dict[str, Any]

    def measured(self, name: str) -> Mapping[str, Any]:
        """Return the last measurement of a name."""
        return self.end.history.measurements[name][-1]

    def value(self, name: str, quantity: str) -> tuple[float, float]:
        """Return a quantity's last value and standard uncertainty."""
        found = self.measured(name)["quantities"][quantity]
        return float(found["value"]), float(found["sd"])

    def notes(self) -> list[str]:
        """Return the remarks that the recipe made, in order."""
        actions = self.end.history.actions.values()
        return [str(each.details["text"]) for each in actions if each.details.get("verb") == "note"]

    def fractions(self, metal: Metal) -> Any:
        """Return the true fractions of cages by units of a metal."""
        return fractions(self.truth["vessels"]["reactor"]["composition_mol"], metal)


def run_made(recipe: Path, runs: Path, seed: int = 0, **settings: str) -> Made:
    """Run a recipe on the station's simulated bench in virtual time, to its end or until it is held."""
    inputs = read_inputs(recipe, FOLDER / "station.yaml", {**SHORT, **settings}, ATTESTED)
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
    return Made(end, summarise(end.history), dict(end.truth))
