"""What goes wrong on a milling bench: each ends where its rule says, in time, the mill at rest, all accounted for."""

import asyncio
from pathlib import Path

import pytest

from autosynth.contracts.device import Outcome
from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd
from autosynth.journal.event import Event
from drivers.delta_vfd.device import VfdMill
from tests.autosynth.engine.bench_run import Lab, Order, event_of, stroke_begins
from tests.autosynth.engine.milling_bench import (
    DOSE,
    DOSES,
    DRY,
    MEASURE,
    OPEN,
    SHORT,
    accounts,
    at_rest,
    milling,
    shaken_s,
)

HELD = event_of("state", to="HELD")
RUNS = stroke_begins("mill", "start_mill")
LONG_S = 3000.0


def struck(lab: Lab, fault: str, after_s: float, begins: object = RUNS) -> list[float]:
    """Let a fault strike so long after something begins; the list will have when it did."""
    struck_s: list[float] = []

    def strike() -> None:
        assert lab.host is not None
        assert lab.open is not None
        struck_s.append(lab.open.clock.now())
        lab.host.bench.suffer(fault, struck_s[0])  # type: ignore[attr-defined]

    def seen(event: Event) -> None:
        if begins(event) and not struck_s:  # type: ignore[operator]
            asyncio.get_running_loop().call_later(after_s, strike)

    lab.watchers.append(seen)
    return struck_s


def rested(lab: Lab, end: RunEnd) -> None:
    """Check that the ledger is what the bench did, and that no start was repeated for one intent."""
    assert lab.host is not None
    accounts(end.history, lab.host.bench, end.simulated_s)


def holding(lab: Lab) -> Event:
    """Return the first hold or abort."""
    return next(event for event in lab.of_kind("state") if event.payload["to"] in {"HOLDING", "ABORTING"})


def settled(lab: Lab) -> list[str]:
    """Return the verdicts of all settlements."""
    return [str(event.payload["verdict"]) for event in lab.of_kind("settled")]


@pytest.mark.parametrize(
    ("fault", "ends", "says", "within_s"),
    [
        ("guard:contact_open@position=1", RunState.ABORTED, "MILL-LID: jar", 2.5),
        ("guard:contact_open@position=2", RunState.ABORTED, "MILL-LID: jar", 2.5),
        ("guard:jar_hot@by=40", RunState.HELD, "JAR-T: jar", 2.5),
        ("guard:jar_gas@by=400", RunState.HELD, "JAR-P: jar", 2.5),
        ("mill:drive_fault", RunState.HELD, "and says fault 1 (ocA)", 14.0),
        ("mill:power_cycle", RunState.HELD, "mill slows down by itself", 14.0),
        ("mill:unplug@for=60", RunState.HELD, "mill does not answer", 5.0),
        ("guard:power_cycle", RunState.COMPLETE, "", 0.0),
    ],
)
def test_what_happens_to_a_mill_that_runs(
    tmp_path: Path, fault: str, ends: RunState, says: str, within_s: float
) -> None:
    """It is at rest within its ramp after the hold, and what it did is booked, whoever noticed."""
    lab = milling(tmp_path, DOSE + DRY)
    struck_s = struck(lab, f"{fault},t=0" if "@" in fault else f"{fault}@t=0", 12.0)
    end = lab.run(stay=True, patience_s=700.0)
    assert end.state is ends
    if says:
        held = holding(lab)
        assert says in held.payload["reason"]
        assert held.t_s - struck_s[0] <= within_s
    rested(lab, end)


def test_a_silent_drive_stops_by_itself(tmp_path: Path) -> None:
    """A drive that hears and does not answer is told to stop all the same; its time is between bounds."""
    lab = milling(tmp_path, DOSE + DRY)
    struck_s = struck(lab, "mill:silent@t=0", 12.0)
    end = lab.run(Order("stop", LONG_S))
    assert holding(lab).t_s - struck_s[0] <= 8.0
    assert lab.host is not None
    assert at_rest(lab.host.bench)
    rested(lab, end)


def test_a_restart_after_a_drive_fault_asks_for_its_reset(tmp_path: Path) -> None:
    """Nobody resets a fault over the line but that of a missed host: the mill is not started."""
    lab = milling(tmp_path, DOSE + DRY)
    struck(lab, "mill:drive_fault@t=0", 12.0)
    end = lab.run(Order("restart", 30.0, after=HELD), Order("stop", LONG_S))
    assert "fault 1" in end.history.hold_reason or "fault 1" in str(lab.of_kind("failure")[-1].payload)
    assert settled(lab)[-1:] == ["not_started"]
    rested(lab, end)


@pytest.mark.parametrize("command", ["hold", "pause", "stop", "abort"])
@pytest.mark.parametrize("after_s", [0.05, 8.0, 28.6])
def test_commands_while_milling_bring_it_to_rest_and_mill_the_rest_later(
    tmp_path: Path, command: str, after_s: float
) -> None:
    """Held, paused, stopped or aborted: at rest within the ramp, booked, and the rest milled when it goes on."""
    lab = milling(tmp_path, DOSE + DRY.replace("for: 40 s", "for: 30 s"))
    seen: list[bool] = []
    assert lab.host is not None
    bench = lab.host.bench
    quiet = event_of("state", to={"hold": "HELD", "pause": "PAUSED"}.get(command, "STOPPED"))
    lab.watchers.append(lambda event: seen.append(at_rest(bench)) if quiet(event) else None)
    again = {"hold": "restart", "pause": "resume"}.get(command)
    orders = [Order(command, after_s, after=RUNS)] + ([Order(again, 60.0, after=quiet)] if again else [])
    end = lab.run(*orders)
    assert end.state is {"stop": RunState.STOPPED, "abort": RunState.ABORTED}.get(command, RunState.COMPLETE)
    assert all(seen)
    rested(lab, end)
    if again:
        assert shaken_s(bench, end.simulated_s) == pytest.approx(30.0, abs=2.5)


DOSING = stroke_begins("balance", "dose_powder", "dose")
PUSHING = stroke_begins("feed", "infuse_to")
WAITING = stroke_begins("infrared", "collect", "collect")


@pytest.mark.parametrize(
    ("fault", "begins", "after_s", "verdict", "says"),
    [
        ("balance:unsteady@t=0,for=30", DOSING, 1.0, "", ""),
        ("balance:unsteady@t=0,for=70", DOSING, 1.0, "not_started", "does not become stable"),
        ("balance:drift@t=0,per_h=20", DOSING, 1.0, "", ""),
        ("balance:powder_stuck@t=0,for=20", DOSING, 16.0, "", ""),
        ("balance:powder_stuck@t=0,for=60", DOSING, 24.0, "partly", "does not flow"),
        ("feed:stall@t=0", PUSHING, 3.0, "partly", "it stalled"),
        ("feed:unplug@t=0,for=40", PUSHING, 3.0, "done", "not connected"),
        ("balance:unplug@t=0,for=40", DOSING, 16.0, "done", "still at work after 600 s"),
    ],
)
def test_doses_are_made_up_and_never_repeated(
    tmp_path: Path, fault: str, begins: object, after_s: float, verdict: str, says: str
) -> None:
    """What fell or was pushed is asked of the instrument; only the rest is made, and all of it is booked."""
    lab = milling(tmp_path, DOSES + SHORT)
    struck(lab, fault, after_s, begins)
    unknown = event_of("settled", verdict="unknown")
    restart = Order("restart", 60.0, after=unknown, settle="estimate") if "stall" in fault else None
    end = lab.run(restart or Order("restart", 60.0, after=HELD), patience_s=LONG_S)
    assert end.state is RunState.COMPLETE
    assert settled(lab)[-1:] == ([verdict] if verdict else [])
    assert not says or says in holding(lab).payload["reason"]
    rested(lab, end)


def test_an_empty_head_is_told_and_what_fell_is_booked(tmp_path: Path) -> None:
    """Ten milligrams fell and are booked; no attempt after a restart books anything else."""
    lab = milling(tmp_path, DOSE)
    struck(lab, "balance:head_empty@t=0,mg=10", 16.0, DOSING)
    end = lab.run(Order("restart", 60.0, after=HELD), Order("stop", 600.0))
    assert end.state is RunState.STOPPED
    assert "may be used up" in holding(lab).payload["reason"]
    assert end.history.actions["1"].dosed_mg == pytest.approx(10.0, abs=0.6)
    rested(lab, end)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("infrared:file_late@t=0,for=600", ""),
        ("infrared:file_late@t=0,for=90000", "has come in 1200 s"),
        ("infrared:file_truncated@t=0,n=1", "does not end with"),
        ("infrared:file_foreign@t=0,n=1", "is no text"),
    ],
)
def test_a_file_that_is_late_or_none_is_waited_for_and_never_read(tmp_path: Path, fault: str, says: str) -> None:
    """A late file is taken; without a whole one the run is held, and nothing is measured of it."""
    lab = milling(tmp_path, DOSE + MEASURE.replace("infrared: {}", "infrared: {wait: 20 min}"))
    struck(lab, fault, 60.0, event_of("handled", do="expose"))
    end = lab.run(patience_s=LONG_S)
    assert end.state is (RunState.HELD if says else RunState.COMPLETE)
    assert says in end.history.hold_reason
    assert bool(end.history.measurements) == (not says)
    rested(lab, end)


def test_a_jar_is_not_opened_hot_or_with_pressure(tmp_path: Path) -> None:
    """JAR-OPEN holds before a person is asked to open it."""
    lab = milling(tmp_path, DOSE + DRY.replace("for: 40 s", "for: 20 s") + OPEN)
    struck(lab, "guard:jar_hot@t=0,by=15", 1.0, event_of("action.started", verb="vent"))
    end = lab.run(patience_s=LONG_S)
    assert end.state is RunState.HELD
    assert "JAR-OPEN: jar" in end.history.hold_reason
    assert not [event for event in lab.of_kind("handled") if event.payload["do"] == "open"]
    rested(lab, end)


def test_a_hold_whose_safe_state_takes_long_books_only_what_was_milled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mill was seen at rest long before its safe state was told: nothing was unwatched."""
    real = VfdMill.stop_mill

    async def slowly(self: VfdMill) -> Outcome:
        outcome = await real(self)
        await self._clock.sleep(2.5)
        return outcome

    monkeypatch.setattr(VfdMill, "stop_mill", slowly)
    lab = milling(tmp_path, DOSE + DRY.replace("for: 40 s", "for: 30 s"))
    end = lab.run(Order("hold", 8.0, after=RUNS), Order("restart", 60.0, after=HELD))
    assert end.state is RunState.COMPLETE
    rested(lab, end)
    assert lab.host is not None
    assert shaken_s(lab.host.bench, end.simulated_s) == pytest.approx(30.0, abs=2.0)
    assert lab.of_kind("milled")[0].payload["sd_s"] < 1.0
