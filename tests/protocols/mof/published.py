"""Runs a shipped recipe on the simulated milling bench and gives its summary with the twin's truth."""

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

FOLDER = Path(__file__).parents[3] / "protocols" / "mof"
SHORT = {"hold": "1 h"}
"""Activation takes most of the time that a bench simulates, and nothing here asks how long it was."""


@dataclass(frozen=True, slots=True)
class Milled:
    """A finished run: its end, its summary, and the jar and the mill as they are in truth."""

    end: RunEnd
    summary: dict[str, Any]
    truth: dict[str, Any]

    @property
    def jar(self) -> dict[str, Any]:
        """Return what is in the jar in truth."""
        found: dict[str, Any] = self.truth["vessels"]["jar"]
        return found

    def notes(self) -> list[str]:
        """Return the remarks that the recipe made, in order."""
        actions = self.end.history.actions.values()
        return [str(each.details["text"]) for each in actions if each.details.get("verb") == "note"]

    def measured(self, name: str) -> Mapping[str, Any]:
        """Return the last measurement of a name."""
        return self.end.history.measurements[name][-1]

    def value(self, name: str, quantity: str) -> tuple[float, float]:
        """Return a quantity's last value and standard uncertainty."""
        found = self.measured(name)["quantities"][quantity]
        return float(found["value"]), float(found["sd"])

    def tripped(self) -> list[str]:
        """Return the live rules that tripped."""
        return [str(each["rule"]) for each in self.end.history.deviations if each["what"] == "interlock"]


def run_milled(
    recipe: Path,
    runs: Path,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    station: Path = FOLDER / "station.yaml",
    faults: Sequence[str] = (),
) -> Milled:
    """Run a recipe on a station's simulated bench in virtual time, to its end or until it is held."""
    inputs = read_inputs(recipe, station, dict(settings or {}))
    inputs.plan.require_accepted()
    description = bench_description(inputs.plan.station, inputs.inventory)
    setup = RunSetup(
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
    end = run_virtual(start(setup))
    assert end.truth is not None
    return Milled(end, summarise(end.history), dict(end.truth))


def run_published(name: str, runs: Path, seed: int = 0, station: str = "station.yaml", **settings: str) -> Milled:
    """Run `protocols/mof/<name>`."""
    return run_milled(FOLDER / name, runs, seed, settings, FOLDER / station)
