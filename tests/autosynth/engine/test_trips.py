"""A trip closes the gate for what has not been sent yet, whoever closed it before, and outlives the host."""

import asyncio
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.recorder import Recorder
from autosynth.journal.event import Event
from autosynth.plan.rulebook import Rulebook
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal
from tests.autosynth.engine.host import PUMP, moves
from tests.autosynth.engine.test_interlocks import DOSE, HELD, HOT, WAIT, book, heating, reads, too_hot, tripped

BEGINS = stroke_begins("pump", phase="dispense")
HOLDING = event_of("state", to="HOLDING")
SYNC_S = 4.0


def cold(action: str) -> Rulebook:
    """Return a rule that stands once SiW9 is in the reactor, and against adding it."""
    facts = "holds: plan, adds: plan, vessel_temperature: sensor"
    when = "holds in ('tungstate') or adds in ('tungstate')"
    return book(action, when, "vessel_temperature <= 40 °C", facts)


def slow_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the disk take 4 s for the intent of the first dispensing stroke; return when that was recorded."""
    durable = Recorder.durable
    begun: list[float] = []
    lab.watchers.append(lambda event: begun.append(event.t_s) if BEGINS(event) else None)

    async def slowly(self: Recorder, timeout_s: float | None = None) -> None:
        await durable(self, timeout_s)
        if begun and lab.open is not None and lab.open.clock.now() == begun[0]:
            await lab.open.clock.sleep(SYNC_S)

    monkeypatch.setattr(Recorder, "durable", slowly)
    return begun


@pytest.mark.parametrize("command", ["hold", "stop", "pause"])
@pytest.mark.parametrize("trips", [True, False])
def test_what_waits_for_the_disk_is_not_sent_once_the_gate_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, trips: bool
) -> None:
    """Somebody holds, then a rule trips: its stroke is booked as not begun, and the pump is still."""
    lab = prepare(tmp_path, DOSE)
    begun = slow_once(lab, monkeypatch)
    if trips:
        reads(lab, monkeypatch, lambda t_s: 50.0 if begun and t_s > begun[0] + 1.0 else None)
    end = lab.run(Order(command, 0.5, after=BEGINS), rules=cold("stop_dosing"), patience_s=60.0)
    assert end.state is (RunState.STOPPED if command == "stop" else RunState.HELD)
    assert bool(tripped(lab)) is trips
    assert [event.payload["verdict"] for event in lab.of_kind("settled")] == ["not_started"]
    assert lab.host is not None
    assert not [each for each in lab.host.sent if each.address == PUMP and each.t_s > begun[0] and moves(each)]


def test_a_trip_outlives_a_host_that_dies_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host dies a third of a second after it: the recovery holds, heats nothing and waits for a person."""
    lives = mortal(prepare(tmp_path, HOT + WAIT))
    reads(lives.lab, monkeypatch, too_hot(1500.0, 1502.0))
    assert lives.live(death=Death(event_of("deviation", what="interlock"), delay_s=0.3))
    assert not lives.recover(20.0)
    assert lives.end.state is RunState.HELD
    assert [each["rule"] for each in lives.end.history.deviations] == ["SOLV-T"]
    assert not heating(lives.lab)


@pytest.mark.parametrize("command", ["hold", "stop", "abort"])
def test_what_a_person_commands_outlives_the_host(tmp_path: Path, command: str) -> None:
    """It is on the disk before anything else happens, though its answer was all that the person saw of it."""
    lives = mortal(prepare(tmp_path, DOSE))
    given = event_of("state", command=command)
    assert lives.live(Order(command, 2.0, after=BEGINS), death=Death(given, delay_s=0.05))
    assert any(given(event) for event in lives.journal())


def test_a_trip_that_joins_a_persons_hold_is_on_the_disk_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate was closed already; the record says both reasons."""
    lives = mortal(prepare(tmp_path, DOSE))
    held: list[float] = []
    lives.lab.watchers.append(lambda event: held.append(event.t_s) if HOLDING(event) else None)
    reads(lives.lab, monkeypatch, lambda _: 50.0 if held else None)
    lives.changes["rules"] = cold("hold")
    trips = event_of("deviation", what="interlock")
    assert lives.live(Order("hold", 2.0, after=BEGINS), death=Death(trips, delay_s=0.1))
    trip, joined = lives.journal()[-2:]
    assert trips(trip)
    assert joined.payload["reason"].startswith("test: hold; TEST: reactor")


def test_who_joined_the_hold_of_a_recovery_is_not_restarted_by_the_next(tmp_path: Path) -> None:
    """A second host dies before it was Held: the third knows what somebody else had against going on."""
    lives = mortal(prepare(tmp_path, DOSE))
    assert lives.live(death=Death(BEGINS, delay_s=5.0, keep_all=True))
    lab = lives.lab
    joined: list[bool] = []

    def join() -> None:
        joined.append(lab.session.control.hold("it smells", "interlock"))

    def seen(event: Event) -> None:
        if HOLDING(event):
            asyncio.get_running_loop().call_later(0.2, join)

    lab.watchers.append(seen)
    assert lives.recover(20.0, death=Death(HOLDING, delay_s=0.5))
    assert joined == [False], "it was HOLDING already"
    lab.watchers.clear()
    assert not lives.recover(20.0)
    assert lives.end.state is RunState.HELD
    assert "it smells" in lives.end.history.hold_reason
    assert HELD(lives.journal()[-2]) or HELD(lives.journal()[-1])
