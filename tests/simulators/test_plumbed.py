"""Faults of what passes a pump or a selector: checked when they are given to the bench, suffered in time."""

import pytest

from simulators.bench import SimulatedBench
from tests.simulators.test_models_on_the_bench import BENCH, Lab


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("pump:stock_empty@position=3", "port 3 of pump is none that leads to a bottle; those are 1, 2$"),
        ("pump:stock_empty@position=9", "port 9 of pump is none"),
        ("pump:air_in_line@position=3,ml=0.1", "port 3 of pump is none that has a line; those are 1, 2, 9$"),
        ("pump:air_in_line@position=1.5,ml=0.1", "port 1.5 of pump"),
        ("selector:stock_empty@position=2", "port 2 of selector is none that leads to a bottle; those are 1$"),
    ],
)
def test_what_has_nothing_to_befall_is_refused_at_once(spec: str, complaint: str) -> None:
    """A port without a line or a bottle is named when the bench is opened, not when its time has come."""
    with pytest.raises(ValueError, match=complaint):
        SimulatedBench(BENCH, 7, [spec])


def dosed_ml(*faults: str) -> float:
    """Return what has reached the reactor of half a millilitre."""
    lab = Lab(*faults)
    lab.say("selector", bytes.fromhex("CC 00 44 01 00 DD EE 01"), 6.0)
    lab.pump("Z0,1,2R", 30.0)
    lab.pump("I1A1500I9A0R", 30.0)
    assert lab.pump("Q", 0.1) == bytes.fromhex("02 30 60 03 51")
    volume_ml: float = lab.bench.truth()["vessels"]["reactor"]["volume_ml"]
    return volume_ml


@pytest.mark.parametrize(
    ("fault", "arrives_ml"),
    [
        ("pump:leak@share=0.1,t=30", 0.07 + 0.38 * 0.9),  # what was in the lines, then liquid with a tenth of air
        ("selector:leak@share=0.2,t=30", 0.5 * 0.8),
        ("pump:air_in_line@position=1,ml=0.06,t=30", 0.5 - 0.06 + 0.06),
        ("pump:stock_empty@position=1,ml=0.2,t=30", 0.2 + 0.1),
    ],
)
def test_less_arrives_and_the_pump_feels_nothing(fault: str, arrives_ml: float) -> None:
    """The pump reports its stroke as ever; what is in the reactor is another matter."""
    assert dosed_ml(fault) == pytest.approx(arrives_ml, abs=1e-3)


def test_a_pump_that_drifts_moves_more_every_hour() -> None:
    """A hundredth an hour is a fiftieth after two; what it believes to have moved stays."""
    lab = Lab("pump:drift@per_h=0.01")
    lab.pump("Z0,1,2R", 30.0)
    lab.t_s = 7200.0
    lab.pump("I1A1500R", 30.0)
    assert 50.0 - lab.bench.truth()["vessels"]["bottle"]["volume_ml"] == pytest.approx(0.5 * 1.02, rel=1e-3)
    assert b"1500" in lab.pump("?", 0.1)
