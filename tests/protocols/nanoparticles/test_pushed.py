"""What stands in a line is dosed too: gas brings borohydride no faster than its dose, and a live rule sees it there."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from tests.autosynth.engine.bench_run import Lab, Order, stroke_begins
from tests.autosynth.engine.host import Host
from tests.protocols.nanoparticles.bench import FOLDER, setup, written
from tests.protocols.nanoparticles.test_hydrogen import findings

SWEPT = "  - sweep: {vessel: pot, gas: N2, flow: 500 mL/min}\n"
WATER = "  - add: {reagent: water, to: pot, volume: 5 mL}\n"
DOSE = "  - add: {reagent: hydride, to: pot, volume: 50 uL, rate: 0.5 mL/min}\n"
FLUSH = "  - clean: {line: dose_line, with: hydride, volume: 0.1 mL, times: 1}\n"
POT_LINE = '    - {name: pot_line, from: "pump:9", to: pot, volume: 40 uL, filled: nitrogen}\n'


def lab_of(folder: Path, steps: str, station: Path = FOLDER / "station.yaml") -> Lab:
    """Return a lab for these steps."""
    folder.mkdir(exist_ok=True)
    prepared = setup(written(folder, steps), folder / "runs", station=station)
    prepared.plan.require_accepted()
    host = Host(prepared.bench) if prepared.bench is not None else None
    return Lab(prepared.plan, replace(prepared, bench=host), host=host)


def test_gas_brings_a_dose_at_its_own_rate(tmp_path: Path) -> None:
    """Most of 50 uL stands in 40 uL of line when the syringe is empty: no stroke to the pot is above 0.5 mL/min."""
    lab = lab_of(tmp_path, SWEPT + WATER + DOSE)
    assert lab.run().state is RunState.COMPLETE
    moves = [each.payload for each in lab.of_kind("intent") if each.payload["stroke"]["verb"] == "move_plunger"]
    to_pot = [each for each in moves if each["device"] == "hydride_pump" and each["before"]["port"] == "9"]
    assert {each["phase"] for each in to_pot} == {"dispense", "push"}
    assert {each["stroke"]["arguments"]["rate_ml_min"] for each in to_pot} == {0.5}
    assert lab.final.truth is not None
    assert lab.final.truth["vessels"]["pot"]["charged_mol"]["NaBH4"] == pytest.approx(5e-6, rel=0.02)


def test_what_an_earlier_run_left_in_a_line_is_no_fast_dose(tmp_path: Path) -> None:
    """Water at 10 mL/min would bring the borohydride that stands before it: the rule stands against the stroke."""
    station = tmp_path / "station.yaml"
    text = (FOLDER / "station.yaml").read_text(encoding="utf-8")
    assert POT_LINE in text
    station.write_text(text.replace(POT_LINE, ""), encoding="utf-8")  # one pump doses water and hydride
    first = lab_of(tmp_path / "1", SWEPT + DOSE, station)
    stopped = first.run(Order("stop", 0.5, after=stroke_begins("hydride_pump", phase="dispense")))
    left = stopped.history.inventory
    assert sum(plug.amounts_mol.get("NaBH4", 0.0) for plug in left.line("dose_line")) > 1e-6
    second = lab_of(tmp_path / "2", SWEPT + WATER, station)
    assert first.host is not None
    second.host = Host(first.host.bench, later_s=stopped.simulated_s + 100)
    second.setup = replace(second.setup, inventory=left, bench=second.host)
    end = second.run()
    assert end.state is RunState.HELD
    assert end.history.hold_reason.startswith("H2-SWEEP: pot: ")
    assert end.truth is not None
    already = stopped.history.inventory.amount("pot", "NaBH4")[0]
    assert end.history.inventory.amount("pot", "NaBH4")[0] == already


def test_a_line_is_not_flushed_fast_with_borohydride(tmp_path: Path) -> None:
    """Flushing goes at the station's rate, and its liquid ends in the pot: it is judged as a dose."""
    found = findings(tmp_path, SWEPT + WATER + FLUSH)
    assert "hydrogen_flow is " in found["H2-DOSE"]
