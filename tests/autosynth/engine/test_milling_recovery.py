"""After the host of a milling run died: time has bounds, no powder, no liquid twice, no hand asked for a deed again."""

import random
from collections import Counter
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.journal.event import Event
from tests.autosynth.engine.bench_run import Order, event_of, stroke_begins
from tests.autosynth.engine.crashes import Death, Lives, any_event, mortal
from tests.autosynth.engine.host import Sent
from tests.autosynth.engine.milling_bench import DOSE, GRIND, MEASURE, OPEN, accounts, at_rest, milling
from tests.autosynth.engine.test_recovery import settlements

STEPS = DOSE + GRIND.replace("for: 40 s", "for: 20 s") + OPEN + MEASURE
HELD = event_of("state", to="HELD")
SETTLE = Order("restart", 60.0, after=event_of("settled", verdict="unknown"), settle="estimate")
DEATHS = range(1, 44, 2)
"""Every second event; all of them in soak."""
WRITES = range(3, 760, 189)
DOWN_S = (0.3, 6.0, 45.0)


def check(lives: Lives) -> None:
    """Check what must hold after any number of deaths."""
    end, journal = lives.end, lives.journal()
    assert end.state is RunState.COMPLETE, end.history.hold_reason
    assert lives.lab.host is not None
    accounts(end.history, lives.lab.host.bench, end.simulated_s)
    assert settlements(journal) == Counter(event.seq for event in journal if event.kind == "intent")
    deeds = Counter((event.action, event.payload["phase"]) for event in journal if event.kind == "handled")
    assert set(deeds.values()) == {1}
    assert end.history.actions["1"].dosed_mg == pytest.approx(100.0, abs=2.5)
    assert end.history.actions["2"].milled_s >= 18.0


@pytest.mark.parametrize("death", [*DEATHS, *(pytest.param(each + 1, marks=pytest.mark.soak) for each in DEATHS[:-1])])
def test_a_death_at_any_event_is_recovered(tmp_path: Path, death: int) -> None:
    """Wherever in its journal the host dies, the recovered run completes, and all is accounted for."""
    lives = mortal(milling(tmp_path, STEPS))
    assert lives.live(death=Death(any_event, nth=death, keep=random.Random(death) if death % 2 else None))
    assert not lives.recover(DOWN_S[death % 3], SETTLE)
    check(lives)


def test_deaths_cover_the_whole_run(tmp_path: Path) -> None:
    """The deaths above reach from the first stroke to the last action of the run."""
    lab = milling(tmp_path, STEPS)
    lab.run()
    assert len(lab.events) - 3 <= DEATHS[-1] <= len(lab.events)


@pytest.mark.parametrize("write", WRITES)
def test_a_death_before_any_write_is_recovered(tmp_path: Path, write: int) -> None:
    """Likewise where it dies just before bytes leave it."""
    lives, seen = mortal(milling(tmp_path, STEPS)), Counter[str]()

    def counts(sent: Sent) -> bool:
        seen["write"] += 1
        return seen["write"] == write

    assert lives.live(death=Death(sending=counts))
    assert not lives.recover(DOWN_S[write % 3], SETTLE)
    check(lives)


@pytest.mark.parametrize(
    ("device", "verb", "delay_s"),
    [
        ("mill", "start_mill", 0.1),
        ("mill", "start_mill", 0.3),
        ("mill", "start_mill", 3.0),
        ("mill", "start_mill", 11.0),
        ("mill", "start_mill", 20.0),
        ("mill", "stop_mill", 0.05),
        ("mill", "stop_mill", 2.0),
        ("balance", "dose_powder", 2.0),
        ("balance", "dose_powder", 20.0),
        ("balance", "dose_powder", 29.0),
        ("feed", "infuse_to", 0.2),
        ("feed", "infuse_to", 3.0),
        ("infrared", "collect", 2.0),
        ("infrared", "collect", 200.0),
    ],
)
def test_a_death_in_the_middle_is_recovered(tmp_path: Path, device: str, verb: str, delay_s: float) -> None:
    """While it mills, doses, infuses or waits for a file; a mill has missed its host and rests in time."""
    down_s = DOWN_S[int(10 * delay_s) % 3]
    lives = mortal(milling(tmp_path, STEPS))
    assert lives.live(death=Death(stroke_begins(device, verb), delay_s=delay_s))
    assert lives.lab.host is not None
    assert lives.died_s is not None
    bench = lives.lab.host.bench
    if down_s > 20.0:
        bench.advance(lives.died_s + 16.0)
        assert at_rest(bench)
    assert not lives.recover(down_s, SETTLE)
    check(lives)


@pytest.mark.parametrize("do", ["place", "head", "close", "vent", "open", "expose"])
@pytest.mark.parametrize("before_s", [0.0, 10.0])
def test_a_death_while_a_person_is_asked_asks_for_no_deed_twice(tmp_path: Path, do: str, before_s: float) -> None:
    """A deed that was done and not yet on the disk is recognised; one that was not done is asked for."""
    lives = mortal(milling(tmp_path, STEPS))
    done = event_of("handled", do=do)
    if before_s:
        steps = {"place": "1", "head": "1", "close": "2", "vent": "3", "open": "4", "expose": "5"}
        asked = event_of("action.started", path=steps[do])
        assert lives.live(death=Death(asked, delay_s=before_s))
    else:
        assert lives.live(death=Death(done))
    assert not lives.recover(30.0, SETTLE)
    check(lives)


def test_several_deaths_are_recovered(tmp_path: Path) -> None:
    """A host that dies again while recovering is recovered like the first; each death's time is between bounds."""
    lives = mortal(milling(tmp_path, STEPS))
    assert lives.live(death=Death(stroke_begins("mill", "start_mill"), delay_s=5.0))
    for delay_s in (0.5, 2.0):
        assert lives.recover(3.0, death=Death(any_event, nth=3, delay_s=delay_s))
    assert not lives.recover(10.0, SETTLE)
    check(lives)


def beats(journal: list[Event]) -> list[float]:
    """Return what the beats of a mill say."""
    return [float(event.payload["ran_s"]) for event in journal if event.kind == "beat"]


def test_beats_are_on_the_disk_while_a_mill_runs(tmp_path: Path) -> None:
    """A run that loses its power after 35 s of milling knows of at least the first 20."""
    lives = mortal(
        milling(tmp_path, DOSE + GRIND.replace("for: 40 s", "for: 60 s").replace("block: 30 s", "block: 90 s"))
    )
    assert lives.live(death=Death(stroke_begins("mill", "start_mill"), delay_s=35.0))
    assert max(beats(lives.journal())) >= 20.0
