"""A whole recipe whose measurement goes through the SourceMeter, in virtual time, on the POM bench."""

from pathlib import Path

import pytest

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.inputs import read_inputs
from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd, RunSetup, start
from autosynth.report.summary import summarise
from autosynth.station.bench import bench_description

RECIPE = Path(__file__).with_name("cell_2.yaml")
STATION = Path(__file__).parents[3] / "protocols" / "pom" / "station.yaml"
POINTS = 321
"""0 V to -0.8 V and back in steps of 5 mV."""


def run(folder: Path, smu_options: str) -> RunEnd:
    """Run the recipe on the POM bench with the role `second` bound to the SourceMeter's cell."""
    text = STATION.read_text(encoding="utf-8").replace("roles: {", "roles: {second: cell_2, ")
    station = folder / "station.yaml"
    station.write_text(
        text.replace("driver: keithley_2450\n", f"driver: keithley_2450\n    options: {smu_options}\n"),
        encoding="utf-8",
    )
    inputs = read_inputs(RECIPE, station)
    inputs.plan.require_accepted()
    assert inputs.plan.vessel("second") == "cell_2"
    description = bench_description(inputs.plan.station, inputs.inventory)
    setup = RunSetup(
        plan=inputs.plan,
        library=inputs.library,
        inventory=inputs.inventory,
        runs=folder / "runs",
        run_id="smu",
        seed=0,
        bench=open_simulated(description, 0, ()),
        description=description,
        texts=inputs.texts,
    )
    return run_virtual(start(setup))


@pytest.mark.parametrize(
    ("options", "cell_v"),
    [("{}", None), ("{polarity: reversed, off_state: normal, simulated: {polarity: -1}}", 0.0)],
    ids=["as wired", "reversed"],
)
def test_a_recipe_measures_in_the_cell_of_the_sourcemeter(tmp_path: Path, options: str, cell_v: float | None) -> None:
    """What it kept is read back and analysed: what the EmStat finds of the same solution, whatever the wiring."""
    end = run(tmp_path, options)
    summary = summarise(end.history)
    assert (end.state, summary["deviations"]) == (RunState.COMPLETE, [])
    smu, pico = summary["results"]["smu"], summary["results"]["pico"]
    assert smu["free_Mn_frac"]["value"] == pytest.approx(1.0)
    for name, unlike in (("ip_a", 0.1), ("ip_c", 0.1), ("dEp", 0.15)):
        assert smu[name]["value"] == pytest.approx(pico[name]["value"], rel=unlike)
    (kept,) = (path.read_text().splitlines() for path in tmp_path.glob("runs/*/data/*smu*/scan1.txt"))
    assert kept[0].startswith("# SourceMeter points")
    assert sum(len(line.split(",")) for line in kept[1:]) == 3 * POINTS
    assert end.truth is not None
    found = end.truth["devices"]["smu"]
    assert (found["output"], found["cell_v"], found["errors"]) == (False, cell_v, [])
