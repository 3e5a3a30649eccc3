"""Instruments that heat or stir fall back to what is safe when their host is silent, whichever of the two they do."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.watchdogs import fallback
from autosynth.station.model import SafeState
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare
from tests.autosynth.engine.crashes import Death, mortal
from tests.faults.stages import POTS

STIR = "- stir: {vessel: pot, speed: 800 rpm}\n- wait: {for: 3 min, tolerance: 3 h}\n"


def pots(tmp_path: Path, faults: list[str] | None = None) -> Lab:
    """Prepare a bench whose plate stirs and heats nothing."""
    head = "needs: {pot: swept_pot}\nreagents: {}"
    return prepare(tmp_path, STIR, station=POTS / "station.yaml", head=head, faults=faults or [])


def test_a_plate_that_only_stirs_falls_back_after_its_host(tmp_path: Path) -> None:
    """It stirs on as asked while it is fed, and at the vessel's safe speed 30 s after; it never heats."""
    lab = pots(tmp_path)
    seen: list[float] = []

    def look(_: float) -> None:
        assert lab.host is not None
        seen.append(lab.host.truth()["devices"]["stirrer"]["target_rpm"])

    for t_s in (60.0, 120.0):
        lab.at(t_s, look)
    lives = mortal(lab)
    assert lives.live(death=Death(event_of("action.done", action="1"), delay_s=150.0, keep_all=True))
    assert lab.host is not None
    assert lives.died_s is not None
    lab.host.bench.advance(lives.died_s + 31.0)
    plate = lab.host.bench.truth()["devices"]["stirrer"]
    assert (*seen, plate["target_rpm"], plate["heating"]) == (800.0, 800.0, 600.0, False)


def test_a_stirrer_that_falls_silent_holds(tmp_path: Path) -> None:
    """Nobody else would tell that it has fallen back."""
    lab = pots(tmp_path, ["stirrer:silent@t=60,for=40"])
    end = lab.run(Order("restart", 60.0, after=event_of("state", to="HELD")))
    assert end.state is RunState.COMPLETE
    (holding,) = [event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING"]
    assert "stirrer does not answer" in str(holding.payload["reason"])
    assert 60.0 < holding.t_s < 75.0


@pytest.mark.parametrize(
    ("safe", "expected"),
    [
        ({"warm": (40.0, None), "stirred": (None, 300.0)}, (40.0, 300.0)),
        ({"warm": (40.0, 200.0)}, (40.0, 0.0)),
        ({"stirred": (40.0, 200.0)}, (None, 200.0)),
    ],
)
def test_a_plate_falls_back_to_what_it_does_for_each_vessel(
    tmp_path: Path, safe: dict[str, tuple[float | None, float | None]], expected: tuple[float | None, float]
) -> None:
    """It may heat one vessel and stir another; what somebody else does for either is not its business."""
    station = pots(tmp_path).setup.plan.station
    pot = station.vessels["pot"]
    vessels = {
        name: replace(
            pot,
            heated_by="plate" if name == "warm" else "another",
            stirred_by="plate" if name == "stirred" else "another",
            safe=SafeState(temperature_c=temperature_c, stir_rpm=stir_rpm),
        )
        for name, (temperature_c, stir_rpm) in safe.items()
    }
    assert fallback(replace(station, vessels=vessels), "plate") == expected
    assert fallback(replace(station, vessels=vessels), "nobody") is None
