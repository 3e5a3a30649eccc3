"""Re-initialising a pump empties its syringe to waste, in the ledger exactly when it did so in the world."""

from pathlib import Path

import pytest

from autosynth.engine.bench import open_simulated
from autosynth.engine.machine import RunState
from autosynth.journal.event import Event
from autosynth.plan.hostdeath import HOMING, STROKE_OF
from autosynth.station.bench import bench_description
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal
from tests.autosynth.engine.host import Sent

DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n"
DRAWN = event_of("outcome", moved_ml=-0.45)
HELD = event_of("state", to="HELD")


def agrees(lab: Lab, *vessels: str) -> None:
    """Check the ledger's vessels against the twin's, within the ledger's uncertainty."""
    end = lab.final
    assert end.truth is not None
    for vessel in vessels:
        mixture = end.history.inventory.content(vessel)
        truth_ml = end.truth["vessels"][vessel]["volume_ml"]
        assert truth_ml == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 2e-3), vessel


def pulled_at_homing(lab: Lab, after_s: float) -> list[Sent]:
    """Pull the pump's cable at the moment the command to initialise would leave, once; return when it happened."""
    pulled: list[Sent] = []

    def look(sent: Sent) -> None:
        if b"Z0" in sent.data and sent.t_s > after_s and not pulled:
            pulled.append(sent)
            raise ConnectionError("pulled")

    assert lab.host is not None
    lab.host.before_sending = look
    return pulled


def test_a_homing_that_never_arrived_empties_nothing(tmp_path: Path) -> None:
    """A command to initialise that was lost with the cable is settled as not started; waste gets it once."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=60"])
    pulled = pulled_at_homing(lab, 60.0)
    end = lab.run(Order("hold", 1.0, after=DRAWN), Order("restart", 90.0, after=DRAWN))
    assert len(pulled) == 1
    assert end.state is RunState.COMPLETE
    settled = [event.payload["verdict"] for event in lab.of_kind("settled")]
    assert settled == ["not_started"]
    agrees(lab, "reactor", "organic")


def test_a_homing_that_never_arrived_gives_the_vessel_nothing(tmp_path: Path) -> None:
    """What is in the syringe is not booked into the reactor by a homing that did not happen."""
    lab = prepare(tmp_path, DOSE, faults=["pump:overload@t=25"])
    pulled = pulled_at_homing(lab, 60.0)
    end = lab.run(Order("restart", 100.0, after=HELD, settle="estimate"))
    assert len(pulled) == 1
    assert end.state is RunState.COMPLETE
    assert [event.payload["verdict"] for event in lab.of_kind("settled")] == ["unknown", "partly", "not_started"]
    agrees(lab, "reactor", "organic")
    total_ml = sum(end.history.inventory.volume_ml(vessel) for vessel in ("reactor", "organic"))
    assert end.truth is not None
    truth_ml = sum(end.truth["vessels"][vessel]["volume_ml"] for vessel in ("reactor", "organic"))
    assert truth_ml == pytest.approx(total_ml, abs=0.02)


def test_failures_name_their_device_even_when_the_port_does_not(tmp_path: Path) -> None:
    """A cable lost in the middle of a command is on record under its device's name."""
    lab = prepare(tmp_path, DOSE, faults=["pump:power_cycle@t=60"])
    pulled_at_homing(lab, 60.0)
    lab.run(Order("hold", 1.0, after=DRAWN), Order("restart", 90.0, after=DRAWN))
    failures = lab.of_kind("failure")
    assert failures
    assert {event.payload["device"] for event in failures} == {"pump"}


def test_a_dry_run_after_an_abort_starts_with_the_liquid_in_the_syringe(tmp_path: Path) -> None:
    """A bench opened from the ledger of an aborted run holds what its syringe held, and homing sends it to waste."""
    first = prepare(tmp_path / "first", DOSE)
    inventory = first.run(Order("abort", 5.0, after=stroke_begins("pump", phase="dispense"))).history.inventory
    left_ml = inventory.syringe_ml("pump")
    assert left_ml > 0.5
    second = prepare(tmp_path / "second", DOSE)
    description = bench_description(second.plan.station, inventory)
    end = second.run(bench=open_simulated(description, 0, ()), description=description, inventory=inventory)
    assert end.state is RunState.COMPLETE
    assert end.history.inventory.volume_ml("organic") == pytest.approx(left_ml - 0.1, abs=0.01)  # the line keeps 0.1 mL
    agrees(second, "reactor", "organic")


def test_a_homing_outlives_its_host_by_what_check_has_said(tmp_path: Path) -> None:
    """More than a stroke may move, but no more than the syringe, and to waste: the reactor gets nothing of it."""
    lives = mortal(prepare(tmp_path, DOSE))
    lab = lives.lab

    def distrust(event: Event) -> None:
        if (
            event.kind == "outcome"
            and lab.session.recorder.history.inventory.syringe_ml("pump") > 0.85
            and not lives.died_s
        ):
            lab.session.recorder.record("untrusted", {"device": "pump", "reason": "overload"})

    lab.watchers.append(distrust)
    assert lives.live(death=Death(stroke_begins("pump", "home_plunger"), nth=2, delay_s=0.5))
    assert lab.host is not None
    assert lives.died_s is not None
    before = lab.host.bench.truth()
    lab.host.bench.advance(lives.died_s + 60.0)
    after = lab.host.bench.truth()
    said = {each.what: each for each in lab.plan.host_death}
    wasted_ml = after["vessels"]["organic"]["volume_ml"] - before["vessels"]["organic"]["volume_ml"]
    assert said[STROKE_OF].bound < wasted_ml <= said[HOMING].amount
    assert after["vessels"]["reactor"] == before["vessels"]["reactor"]
