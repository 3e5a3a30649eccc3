"""Pump and ledger differ on what is in the syringe, by whatever it is: the action ends, without strokes of nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autosynth.engine.bench import open_simulated
from autosynth.engine.machine import RunState
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from tests.autosynth.engine.bench_run import HEADS, ONE_VESSEL, Lab, prepare
from tests.autosynth.engine.host import Host

RESOLUTION_ML = 1.0 / 24000
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 1.2 mL, rate: 5 mL/min}\n"


def standing(folder: Path, pump_ml: float, ledger_ml: float) -> Lab:
    """Return a lab whose pump stands at `pump_ml` with its valve at the reactor, and whose ledger says `ledger_ml`."""
    lab = prepare(folder, DOSE)
    station = lab.plan.station
    world, ledger = (Inventory.full(station) for _ in range(2))
    for inventory, held_ml in ((world, pump_ml), (ledger, ledger_ml)):
        inventory.turn("pump", "1")
        inventory.displace("pump", -held_ml)
        inventory.turn("pump", "9")
    lab.host = Host(open_simulated(bench_description(station, world), 0, ()))
    lab.setup = replace(lab.setup, inventory=ledger, bench=lab.host)
    return lab


def idle(lab: Lab) -> list[object]:
    """Return the plunger strokes that moved nothing."""
    begun = {event.seq: event.payload for event in lab.of_kind("intent")}
    made = [(begun[event.payload["intent"]], event.payload) for event in lab.of_kind("outcome")]
    plunger = [(intent, done) for intent, done in made if intent["stroke"]["verb"] == "move_plunger"]
    return [intent for intent, done in plunger if abs(done["moved_ml"]) < RESOLUTION_ML / 2]


@settings(max_examples=8, derandomize=True, deadline=None)
@given(ledger_ml=st.floats(0.0, 1.0), off_ml=st.floats(-0.02, 0.02))
@example(ledger_ml=0.5, off_ml=0.0025)
@example(ledger_ml=0.5, off_ml=-0.0025)
@example(ledger_ml=0.0, off_ml=0.9 * RESOLUTION_ML)
@example(ledger_ml=1.5 * RESOLUTION_ML, off_ml=-1.5 * RESOLUTION_ML)
def test_the_number_of_strokes_is_bounded(
    tmp_path_factory: pytest.TempPathFactory, ledger_ml: float, off_ml: float
) -> None:
    """A dose of two syringes ends with as many strokes as ever, one homing more where pump and ledger disagree."""
    pump_ml = min(max(ledger_ml + off_ml, 0.0), 1.0)
    lab = standing(tmp_path_factory.mktemp("mismatch"), pump_ml, ledger_ml)
    end = lab.run(patience_s=300.0)
    assert end.state is RunState.COMPLETE
    assert idle(lab) == []
    assert len(lab.of_kind("intent")) <= 20
    dosed_ml = end.history.actions["1"].moved["dispense"].volume_ml
    assert dosed_ml == pytest.approx(1.2, abs=1.01 * RESOLUTION_ML)
    told = {each["what"] for each in end.history.deviations}
    if abs(pump_ml - ledger_ml) > 1.6 * RESOLUTION_ML:
        assert "contradiction" in told


def test_what_does_not_fit_into_the_syringe_holds(tmp_path: Path) -> None:
    """A push that is larger than the syringe is not made smaller, and not tried for ever: it is refused and held."""
    station = tmp_path / "station.yaml"
    text = ONE_VESSEL.read_text(encoding="utf-8")
    station.write_text(text.replace("volume: 50 uL", "volume: 1.1 mL"), encoding="utf-8")
    lab = prepare(tmp_path, DOSE, station=station, head=HEADS[ONE_VESSEL])
    end = lab.run(patience_s=600.0)
    assert end.state is RunState.HELD
    assert "1.12 mL is outside 0 to 1 mL of the syringe" in end.history.hold_reason
    assert idle(lab) == []
