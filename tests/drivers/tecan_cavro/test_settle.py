"""Verdicts about strokes from where the pump stands, without a wire."""

import pytest

from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.device import Intent, State, Verdict
from autosynth.contracts.stroke import AnyStroke, HomePlunger, MovePlunger, SetSpeed, TurnTo
from drivers.tecan_cavro.forecast import Forecast
from drivers.tecan_cavro.options import Scale, read_options
from drivers.tecan_cavro.settle import settle

SCALE = Scale(read_options({"syringe": "1 mL"}), PumpCalibration(gain=0.9, stroke_sd_ml=0.0006), "pump")


def at(increments: int, *, error: int = 0, trusted: bool = True, port: str = "4") -> State:
    """Return a standing pump's state."""
    return {
        "plunger_ml": increments * SCALE.increment_ml,
        "increments": increments,
        "position": "commanded",
        "port": port,
        "ready": True,
        "initialised": error not in {1, 7},
        "trusted": trusted,
        "error": error,
    }


def intent(before: State, stroke: AnyStroke) -> Intent:
    """Return the intent that the engine would have written."""
    return Intent("pump", stroke, before, Forecast(SCALE).expect(before, stroke))


DISPENSE = intent(at(2000), MovePlunger(0.15, 1.0))  # 0.6 mL to 0.15 mL, so 500 increments


@pytest.mark.parametrize(
    ("increments", "verdict", "moved_ml"),
    [
        (500, Verdict.DONE, 0.45),
        (2000, Verdict.NOT_STARTED, 0.0),
    ],
)
def test_a_trusted_position_tells_what_was_moved(increments: int, verdict: Verdict, moved_ml: float) -> None:
    """Calibrated volume from the increments."""
    found = settle(DISPENSE, at(increments), SCALE)
    assert verdict is found.verdict
    assert moved_ml == pytest.approx(found.moved_ml)
    assert found.low_ml <= found.moved_ml <= found.high_ml
    assert found.high_ml - found.low_ml <= 2 * SCALE.increment_ml + 1e-12


@pytest.mark.parametrize("error", [1, 7, 9])
def test_a_pump_that_lost_its_position_gives_bounds_only(error: int) -> None:
    """Power, initialisation or steps lost: between nothing and all, even if the number looks right."""
    found = settle(DISPENSE, at(500, error=error, trusted=False), SCALE)
    assert found.verdict is Verdict.UNKNOWN
    assert (found.low_ml, found.high_ml) == pytest.approx((0.0, 0.45))
    assert found.moved_sd_ml == pytest.approx(0.45 / 12**0.5)


def test_bounds_of_a_lost_aspiration_are_negative() -> None:
    """Into the syringe is negative."""
    found = settle(intent(at(0), MovePlunger(0.3, 1.0)), at(0, error=7, trusted=False), SCALE)
    assert (found.low_ml, found.high_ml) == pytest.approx((-0.3, 0.0))


@pytest.mark.parametrize("trusted", [True, False])
def test_who_stands_in_mid_stroke_was_terminated_whoever_did_it(trusted: bool) -> None:
    """One per cent of the full stroke either way is assumed; the axis is not trusted, though no journal says why."""
    found = settle(DISPENSE, at(1200, trusted=trusted), SCALE)
    assert found.verdict is Verdict.PARTLY
    assert found.state["trusted"] is False
    assert found.moved_ml == pytest.approx(0.24)
    assert found.moved_ml - found.low_ml == pytest.approx(0.009)


@pytest.mark.parametrize("increments", [0, 500, 2000])
def test_a_valve_that_stands_elsewhere_makes_no_stroke_done(increments: int) -> None:
    """Somebody else has initialised the pump, or turned its valve: what went where it should is not known."""
    emptied = intent(at(2000), MovePlunger(0.0, 1.0))
    for made in (DISPENSE, emptied):
        found = settle(made, at(increments, port="1"), SCALE)
        assert found.verdict is Verdict.UNKNOWN
        assert (found.low_ml, found.high_ml) == pytest.approx((0.0, 0.45 if made is DISPENSE else 0.6))
        assert "port 4" in found.reason


def test_a_plunger_outside_its_stroke_was_moved_by_something_else() -> None:
    """Bounds then reach to where it stands."""
    found = settle(DISPENSE, at(2500), SCALE)
    assert found.verdict is Verdict.UNKNOWN
    assert (found.low_ml, found.high_ml) == pytest.approx((-0.15, 0.45))


@pytest.mark.parametrize(
    ("before", "now", "verdict", "bounds"),
    [
        (at(1000), at(0), Verdict.DONE, (0.3, 0.3)),
        (at(1000), at(1000), Verdict.NOT_STARTED, (0.0, 0.0)),
        (at(1000), at(400), Verdict.UNKNOWN, (0.0, 0.3)),
        (at(1000), at(400, error=1, trusted=False), Verdict.UNKNOWN, (0.0, 0.3)),
        (at(0, error=7, trusted=False), at(0), Verdict.DONE, (0.0, 0.0)),
        (at(0, error=7, trusted=False), at(0, error=7, trusted=False), Verdict.NOT_STARTED, (0.0, 0.0)),
        (at(0, error=7, trusted=False), at(0, error=1, trusted=False), Verdict.UNKNOWN, (0.0, 0.9)),
    ],
)
def test_initialising_is_settled(before: State, now: State, verdict: Verdict, bounds: tuple[float, float]) -> None:
    """What went to waste is what was in the syringe, as far as it is known."""
    found = settle(intent(before, HomePlunger()), now, SCALE)
    assert verdict is found.verdict
    assert bounds == pytest.approx((found.low_ml, found.high_ml))


@pytest.mark.parametrize(("port", "verdict"), [("7", Verdict.DONE), ("4", Verdict.NOT_STARTED), ("5", Verdict.PARTLY)])
def test_a_turn_is_settled_by_the_port(port: str, verdict: Verdict) -> None:
    """A valve between ports is turned again."""
    found = settle(intent(at(5), TurnTo("7")), at(5, port=port), SCALE)
    assert (verdict, 0.0, 0.0) == (found.verdict, found.low_ml, found.high_ml)


def test_strokes_of_other_devices_are_refused() -> None:
    """A pump does not stir."""
    with pytest.raises(ValueError, match="set_speed"):
        settle(Intent("pump", SetSpeed(100), at(0), at(0)), at(0), SCALE)
