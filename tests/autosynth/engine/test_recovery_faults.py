"""Deaths of the host together with failing instruments: what cannot be known is bounded, and a person chooses."""

from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.errors import NotConnectedError
from tests.autosynth.engine.bench_run import Order, event_of, prepare, reactor, stroke_begins
from tests.autosynth.engine.crashes import Death, Lives, mortal

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n"
DISPENSING = stroke_begins("pump", phase="dispense")
UNKNOWN = event_of("settled", verdict="unknown")
DEATH = Death(DISPENSING, delay_s=2.0)
"""In the first dispensing stroke of DOSE, which lasts from about 17 s to 31 s."""


def agrees(lives: Lives, slack_ml: float = 1e-3) -> None:
    """Check the ledger's reactor against the twin's, within the ledger's uncertainty."""
    mixture = lives.end.history.inventory.content("reactor")
    assert reactor(lives.end)["volume_ml"] == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + slack_ml)


def test_a_pump_that_lost_power_while_the_host_was_down_holds_with_bounds(tmp_path: Path) -> None:
    """A stroke that neither host nor pump remembers the end of is unknown between nothing and all; nothing moves."""
    lives = mortal(prepare(tmp_path, STIR + DOSE, faults=["pump:power_cycle@t=25"]))
    assert lives.live(death=DEATH)
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.HELD
    (unknown,) = lives.end.history.unknown.values()
    assert (unknown["low_ml"], unknown["high_ml"]) == pytest.approx((0.0, 0.45), abs=1e-3)
    assert "between 0 and 0.45 mL moved" in lives.end.history.hold_reason
    recovered = next(e.seq for e in lives.journal() if e.kind == "recovered")
    assert [e for e in lives.journal() if e.kind == "intent" and e.seq > recovered] == []


@pytest.mark.parametrize("choice", ["estimate", "done", "none"])
def test_a_person_settles_what_the_dead_host_left(tmp_path: Path, choice: str) -> None:
    """A choice given with the restart of a recovered run is booked once, and the dose is completed from there."""
    lives = mortal(prepare(tmp_path, STIR + DOSE, faults=["pump:power_cycle@t=25"]))
    assert lives.live(death=DEATH)
    assert not lives.recover(30.0, Order("restart", 60.0, after=UNKNOWN, settle=choice))
    assert lives.end.state is RunState.COMPLETE
    booked = [e.payload for e in lives.journal() if e.kind == "settled" and e.payload["by"] == "test"]
    assert [each["moved_ml"] for each in booked] == pytest.approx(
        [{"estimate": 0.225, "done": 0.45, "none": 0.0}[choice]], abs=1e-3
    )
    assert lives.end.history.actions["2"].result["volume_ml"] == pytest.approx(0.9, abs=1e-4)
    if choice == "estimate":
        agrees(lives)


def test_an_unknown_stroke_survives_another_death(tmp_path: Path) -> None:
    """A run held on an unknown stroke whose host dies again is still held on it, and can still be settled."""
    lives = mortal(prepare(tmp_path, STIR + DOSE, faults=["pump:power_cycle@t=25"]))
    held = event_of("state", to="HELD")
    assert lives.live(Order("pause", 3600.0), death=Death(held, delay_s=5.0, keep_all=True))
    assert not lives.recover(100.0)
    assert lives.end.state == "HELD"
    assert len(lives.end.history.unknown) == 1
    lives.died_s = 400.0
    assert not lives.recover(100.0, Order("restart", 600.0, settle="estimate"))
    assert lives.end.state == "COMPLETE"
    assert (lives.end.history.unknown, lives.end.history.open_intents) == ({}, {})
    agrees(lives)


def test_recovering_without_the_instruments_can_be_tried_again(tmp_path: Path) -> None:
    """Where an instrument is not there recovery says so, moves nothing, and succeeds once it is back."""
    lives = mortal(prepare(tmp_path, STIR + DOSE, faults=["pump:unplug@t=40,for=100"]))
    assert lives.live(death=DEATH)
    died_s = lives.died_s
    assert died_s is not None
    with pytest.raises(NotConnectedError, match="pump"):
        lives.recover(60.0)
    lives.died_s = died_s
    assert not lives.recover(300.0)
    assert lives.end.state is RunState.COMPLETE
    agrees(lives)
    assert lives.end.history.actions["2"].result["volume_ml"] == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize("number", range(1, 30, 4))
def test_a_lost_reply_during_recovery_is_survived(tmp_path: Path, number: int) -> None:
    """Recovery asks again when an instrument's answer is lost; it never takes silence for an answer."""
    probe = prepare(tmp_path / "probe", STIR + DOSE)
    lives = mortal(probe)
    assert lives.live(death=DEATH)
    assert lives.died_s is not None
    recovering_s = lives.died_s + 30.0
    faults = [f"pump:drop_reply@t={recovering_s + number / 20:.2f}"]
    lives = mortal(prepare(tmp_path / "real", STIR + DOSE, faults=faults))
    assert lives.live(death=DEATH)
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.COMPLETE
    agrees(lives)


def test_the_plate_falls_back_when_its_host_is_dead(tmp_path: Path) -> None:
    """Without a host the plate's watchdog brings the vessel to its safe state; recovery sets it again."""
    heat = "- heat: {vessel: reactor, to: 35 °C, within: 60 min, tolerance: 2 K}\n"
    lives = mortal(prepare(tmp_path, STIR + heat + DOSE + "- wait: {for: 1 min}\n"))
    assert lives.live(death=DEATH)
    assert lives.lab.host is not None
    assert lives.died_s is not None
    lives.lab.host.bench.advance(lives.died_s + 60.0)
    plate = lives.lab.host.truth()["devices"]["hotplate"]
    assert plate["heating"] is False or plate["target_c"] == 0.0
    assert not lives.recover(120.0)
    assert lives.end.state is RunState.COMPLETE
    recovered = next(e.seq for e in lives.journal() if e.kind == "recovered")
    restored = [e for e in lives.journal() if e.kind == "intent" and e.action == "restart" and e.seq > recovered]
    assert {"temperature_c": 35.0} in [event.payload["stroke"]["arguments"] for event in restored]
    agrees(lives)
