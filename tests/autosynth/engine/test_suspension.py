"""A computer that slept holds its run, whatever clock stood still meanwhile; a time of day that is set does not."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autosynth.engine import suspension
from autosynth.engine.machine import RunState
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare

STEPS = "- stir: {vessel: reactor, speed: 400 rpm}\n- wait: {for: 10 min, tolerance: 10 min}\n"
HELD = event_of("state", to="HELD")


def slept(lab: Lab, at_s: float, for_s: float) -> Callable[[], float]:
    """Return a count of suspended time that jumps in the middle of a run."""

    def suspended_s() -> float:
        return 1000.0 + (for_s if lab.open is not None and lab.open.clock.now() >= at_s else 0.0)

    return suspended_s


def test_a_suspended_computer_holds_once_and_a_restart_goes_on(tmp_path: Path) -> None:
    """The run's own clock saw nothing; the reason says how long, and the next second is not held again."""
    lab = prepare(tmp_path, STEPS)
    end = lab.run(Order("restart", 30.0, after=HELD), suspended_s=slept(lab, 100.0, 40.0))
    assert end.state is RunState.COMPLETE
    (holding,) = [event for event in lab.of_kind("state") if event.payload["to"] == "HOLDING"]
    assert (holding.payload["who"], holding.payload["reason"]) == ("interlock", "the computer was suspended for 40 s")
    assert 100.0 <= holding.t_s <= 102.0


def test_a_moment_is_no_suspension(tmp_path: Path) -> None:
    """What troubles no watchdog troubles no run."""
    lab = prepare(tmp_path, STEPS)
    assert lab.run(suspended_s=slept(lab, 100.0, 1.5)).state is RunState.COMPLETE
    assert "HOLDING" not in lab.states


class Computer:
    """Clocks of a computer that is suspended, or whose time of day is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, counts: bool) -> None:
        self.awake_s, self.asleep_s, self.set_s = 50.0, 0.0, 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.awake_s)
        monkeypatch.setattr(time, "time", lambda: self.awake_s + self.asleep_s + self.set_s)
        monkeypatch.setattr(time, "clock_gettime", self.since_boot_s)
        if counts:
            monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
        else:
            monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)

    def since_boot_s(self, clock: int) -> float:
        """Return what the clock that counts suspended time says."""
        return self.awake_s + self.asleep_s


@pytest.mark.parametrize("counts", [True, False])
def test_suspended_time_is_counted(monkeypatch: pytest.MonkeyPatch, counts: bool) -> None:
    """With and without a clock of its own for it, an hour asleep is an hour and time awake is nothing."""
    computer = Computer(monkeypatch, counts=counts)
    before_s = suspension.suspended_s()
    computer.awake_s += 500.0
    assert suspension.suspended_s() == pytest.approx(before_s)
    computer.asleep_s += 3600.0
    assert suspension.suspended_s() == pytest.approx(before_s + 3600.0)


def test_setting_the_time_of_day_is_no_suspension_where_the_system_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of suspended time does not move with the time of day."""
    computer = Computer(monkeypatch, counts=True)
    before_s = suspension.suspended_s()
    computer.set_s = 7200.0
    assert suspension.suspended_s() == pytest.approx(before_s)


def test_this_computer_has_such_a_count() -> None:
    """The real clocks give a number that stands still while the computer is awake."""
    first, second = suspension.suspended_s(), suspension.suspended_s()
    assert first == pytest.approx(second, abs=1.0)
