"""A recovered run goes on from the state it was in: held stays held, stopping stops, what was decided stays decided."""

from pathlib import Path

import pytest

from autosynth.clock import VirtualClock
from autosynth.engine.folder import RunFolder
from autosynth.engine.machine import RunState
from autosynth.engine.operator import Answer, Question
from autosynth.errors import LockedError, StateError
from autosynth.journal.store import JournalStore
from tests.autosynth.engine.bench_run import BRANCHED, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, Lives, any_event, mortal

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n"
DISPENSING = stroke_begins("pump", phase="dispense")
SCAN = (
    "measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 1 V/s}, in: cell, as: cv, clean: false, "
    "scans_at_most: 4}"
)


def states(lives: Lives) -> list[str]:
    """Return the states of all lives of a run."""
    return [event.payload["to"] for event in lives.journal() if event.kind == "state"]


def entered(state: str) -> Death:
    """Return a death shortly after a state was reached and is on the disk."""
    return Death(event_of("state", to=state), delay_s=0.001)


def durably(state: str) -> Death:
    """Return a death just after the run reached a state, of which nothing is lost."""
    return Death(event_of("state", to=state), delay_s=0.001, keep_all=True)


@pytest.mark.parametrize("state", ["RUNNING", "PAUSED", "PAUSING"])
def test_an_interrupted_run_goes_through_held_to_running(tmp_path: Path, state: str) -> None:
    """What was running or paused is held, restarted and completed, and the record says that the host had died."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    orders = () if state == "RUNNING" else (Order("pause", 3.0, after=DISPENSING),)
    assert lives.live(*orders, death=durably(state))
    assert states(lives)[-1] == state
    assert not lives.recover(20.0)
    assert lives.end.state is RunState.COMPLETE
    assert states(lives)[-6:] == [state, "HOLDING", "HELD", "RESTARTING", "RUNNING", "COMPLETE"]
    holding = next(e for e in lives.journal() if e.kind == "state" and e.payload["to"] == "HOLDING")
    assert (holding.payload["reason"], holding.payload["who"]) == ("the host died", "recovery")
    (recovered,) = [e for e in lives.journal() if e.kind == "recovered"]
    assert recovered.payload["from"] == state


def test_a_held_run_stays_held(tmp_path: Path) -> None:
    """A run that a person had held is not restarted by recovering it; that is left to a person."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(Order("hold", 3.0, after=DISPENSING), death=durably("HELD"))
    assert not lives.recover(20.0)
    assert lives.end.state is RunState.HELD
    assert lives.end.history.hold_reason == "test: hold"


def test_a_held_run_is_restarted_by_a_person_after_its_recovery(tmp_path: Path) -> None:
    """Restarting a recovered, held run restores the stirring and completes the dose."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(Order("hold", 3.0, after=DISPENSING), death=durably("HELD"))
    assert not lives.recover(20.0, Order("restart", 300.0))
    assert lives.end.state is RunState.COMPLETE
    assert lives.end.history.actions["2"].result["volume_ml"] == pytest.approx(0.9, abs=5e-5)


@pytest.mark.parametrize(
    ("command", "acting", "final"), [("stop", "STOPPING", "STOPPED"), ("abort", "ABORTING", "ABORTED")]
)
def test_an_ending_run_ends(tmp_path: Path, command: str, acting: str, final: str) -> None:
    """A run that was being stopped or aborted when its host died finishes that, with every stroke booked."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(Order(command, 3.0, after=DISPENSING), death=durably(acting))
    assert not lives.recover(20.0)
    assert lives.end.state == final
    assert states(lives)[-2:] == [acting, final]
    assert lives.end.history.open_intents == {}
    assert lives.end.truth is not None
    mixture = lives.end.history.inventory.content("reactor")
    volume_ml = lives.end.truth["vessels"]["reactor"]["volume_ml"]
    assert volume_ml == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 1e-3)
    assert lives.end.truth["devices"]["hotplate"]["target_rpm"] == 200.0


def test_a_wait_counts_the_time_without_a_host(tmp_path: Path) -> None:
    """A wait is over when its time has passed, host or no host; beyond its tolerance that is a deviation."""
    for down_s, deviates in ((60.0, False), (1000.0, True)):
        lives = mortal(prepare(tmp_path / str(down_s), "- wait: {for: 5 min, tolerance: 1 min}\n"))
        assert lives.live(death=Death(event_of("action.started"), delay_s=100.0, keep_all=True))
        assert not lives.recover(down_s)
        assert lives.end.state is RunState.COMPLETE
        waited_s = lives.end.history.actions["1"].result["waited_s"]
        assert waited_s == pytest.approx(max(300.0, 100.0 + down_s), abs=5.0)
        assert ([each["what"] for each in lives.end.history.deviations] == ["waited too long"]) is deviates


def test_a_run_that_ended_cannot_be_recovered(tmp_path: Path) -> None:
    """There is nothing to recover of a run that is complete, and it says so without touching the bench."""
    lives = mortal(prepare(tmp_path, STIR))
    assert not lives.live()
    lives.died_s = 1000.0
    with pytest.raises(StateError, match="COMPLETE: there is nothing to recover"):
        lives.recover(1.0)


def test_a_run_is_on_record_before_anything_is_connected(tmp_path: Path) -> None:
    """A host that dies at the first event of its session can be recovered: what the run began with is on the disk."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(death=Death(any_event))
    assert [event.kind for event in lives.journal()][:1] == ["run.opened"]
    assert not lives.recover(1.0)
    assert lives.end.state is RunState.COMPLETE
    assert lives.end.history.meta["run"] == "s0000000"


def test_a_run_that_died_before_it_began_says_so(tmp_path: Path) -> None:
    """A host that died before its first event was on the disk has moved nothing; recovering it says: run it again."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    folder = RunFolder.create(lives.lab.setup.runs, "test", "s0000000", VirtualClock.START)
    JournalStore.create(folder.journal, lives.disk, {"run": "s0000000"}).abandon()
    lives.died_s = 0.0
    with pytest.raises(StateError, match="run it again"):
        lives.recover(1.0)
    assert lives.lab.host is not None
    assert lives.lab.host.sent == []


def test_decisions_are_not_taken_again(tmp_path: Path) -> None:
    """A loop's verdicts before the death stand: a later value does not change what was decided on an earlier one."""
    weigh = "operator: {prompt: Weigh, likely: 1 min, enter: {name: mass, unit: mg, min: 0 mg, max: 100 mg}}"
    steps = (
        f"- repeat: {{name: weigh, at_most: 6, until: mass > 50 mg for 2 rounds, steps: [{{{weigh}}}]}}\n- note: x\n"
    )
    lab = prepare(tmp_path, steps)
    lives = mortal(lab)
    balance = Balance(0.06, 0.01, 0.06, 0.07)
    lives.changes["operator"] = balance
    assert lives.live(death=Death(event_of("action.started", action="1.1@4"), keep_all=True))
    assert len([e for e in lives.journal() if e.kind == "decision"]) == 3
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.COMPLETE
    verdicts = [(e.action, e.payload["verdict"]) for e in lives.journal() if e.kind == "decision"]
    assert verdicts == [("1@1", "true"), ("1@2", "false"), ("1@3", "true"), ("1@4", "true")]
    assert balance.asked == ["1.1@1", "1.1@2", "1.1@3", "1.1@4"]


class Balance:
    """A person who reads these values off a balance."""

    def __init__(self, *values_g: float) -> None:
        self.values_g = list(values_g)
        self.asked: list[str] = []

    async def ask(self, question: Question) -> Answer | None:
        if question.action not in self.asked:
            self.asked.append(question.action)
        return Answer("Ada", self.values_g[len(self.asked) - 1])


@pytest.mark.parametrize("scan", [1, 2, 3])
def test_a_measurement_goes_on_with_its_next_scan(tmp_path: Path, scan: int) -> None:
    """Scans made before the death are kept and not made again; the rest is made, and it is one measurement."""
    lives = mortal(prepare(tmp_path, f"- {SCAN}\n", station=BRANCHED))
    died = event_of("action.done", action=f"1/scan{scan}")
    assert lives.live(death=Death(died, delay_s=0.01, keep_all=True))
    kept = {path.name: path.stat().st_mtime_ns for path in (lives.folder.path / "data").rglob("*.txt")}
    assert set(kept) == {f"scan{number}.txt" for number in range(1, scan + 1)}
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.COMPLETE
    (measured,) = [e for e in lives.journal() if e.kind == "measured"]
    assert [Path(each["file"]).name for each in measured.payload["files"]] == [f"scan{n}.txt" for n in range(1, 5)]
    after = {path.name: path.stat().st_mtime_ns for path in (lives.folder.path / "data").rglob("*.txt")}
    assert {name: after[name] for name in kept} == kept


def test_a_scan_cut_short_is_made_again(tmp_path: Path) -> None:
    """A scan in which the host died is made again: it costs time, and its data are one whole scan."""
    lives = mortal(prepare(tmp_path, f"- {SCAN}\n", station=BRANCHED))
    assert lives.live(death=Death(stroke_begins("potentiostat", "scan"), nth=2, delay_s=0.2, keep_all=True))
    assert not lives.recover(1.0)
    assert lives.end.state is RunState.COMPLETE
    scans = [e for e in lives.journal() if e.kind == "intent" and e.payload["stroke"]["verb"] == "scan"]
    assert len(scans) == 5
    (settled,) = [e.payload for e in lives.journal() if e.kind == "settled"]
    assert settled["verdict"] in {"not_started", "partly"}
    sizes = {path.stat().st_size for path in (lives.folder.path / "data").rglob("*.txt")}
    assert len(list((lives.folder.path / "data").rglob("*.txt"))) == 4
    assert max(sizes) - min(sizes) < 0.1 * max(sizes)


def test_a_live_run_cannot_be_recovered(tmp_path: Path) -> None:
    """While a host writes the journal, nobody else can take the run over."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    seen: list[str] = []

    def intrude(t_s: float) -> None:
        try:
            lives.take_journal()
        except LockedError as error:
            seen.append(str(error))

    lives.lab.at(20.0, intrude)
    assert not lives.live()
    assert len(seen) == 1
    assert lives.end.state is RunState.COMPLETE


def test_what_a_person_took_for_false_is_not_asked_again(tmp_path: Path) -> None:
    """An undecided condition that a person has let pass before the death does not hold the recovered run."""
    loop = f"- repeat: {{name: scans, at_most: 3, until: cv.IA2 > 50 %, at_cap: accept, steps: [{{{SCAN}}}]}}\n"
    lives = mortal(prepare(tmp_path, loop, station=BRANCHED))
    passed = event_of("deviation", what="undecided taken for false")
    held = event_of("state", to="HELD")
    death = Death(passed, delay_s=0.5, keep_all=True)
    assert lives.live(Order("restart", 10.0, after=held), death=death)
    assert not lives.recover(10.0)
    assert lives.end.state is RunState.HELD
    let_pass = [e.action for e in lives.journal() if passed(e)]
    assert let_pass == ["1@1"]
    assert lives.end.history.hold_reason.startswith("1@2: undecided")
