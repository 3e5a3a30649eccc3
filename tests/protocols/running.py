"""Runs a shipped recipe on its station's simulated bench, and reads what its run has found."""

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


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished run: its end, its summary, and what the twin knows."""

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

    def tripped(self) -> list[str]:
        """Return the live rules that tripped."""
        return [str(each["rule"]) for each in self.end.history.deviations if each["what"] == "interlock"]


def run_recipe(
    recipe: Path,
    station: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
) -> Ran:
    """Run it in virtual time, to its end or until it is held."""
    end = run_virtual(start(prepared(recipe, station, runs, seed, settings, acknowledgements, faults)))
    assert end.truth is not None
    return Ran(end, summarise(end.history), dict(end.truth))


def prepared(
    recipe: Path,
    station: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    acknowledgements: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
) -> RunSetup:
    """Return a run that is ready to start, on a fresh bench."""
    inputs = read_inputs(recipe, station, settings, acknowledgements)
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
