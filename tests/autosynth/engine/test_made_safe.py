"""A vessel that cannot be made safe is not forgotten, and no defect of ours keeps another from being served."""

from pathlib import Path

import pytest

from autosynth.contracts.device import Outcome
from autosynth.engine.machine import RunState
from autosynth.engine.operator import Answer, Question
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
HOT = STIR + "- heat: {vessel: reactor, to: 40 °C, within: 60 min, tolerance: 2 K}\n"
WAIT = "- wait: {for: 60 min, tolerance: 100 min}\n"
HOT_S = 1500.0
HELD = event_of("state", to="HELD")


class BugError(Exception):
    """What nobody expected."""


def plate(lab: Lab) -> tuple[object, object]:
    """Return the true speed setpoint and whether it heats."""
    assert lab.host is not None
    state = lab.host.truth()["devices"]["hotplate"]
    return state["target_rpm"], state["heating"]


@pytest.mark.parametrize("stay", [True, False])
def test_a_silent_plate_is_told_again_until_it_is_safe(tmp_path: Path, stay: bool) -> None:
    """Held with a vessel not safe is a recorded deviation and part of the reason; it is safe as soon as it answers."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S},for=70"])
    seen: list[object] = []
    lab.at(HOT_S + 120.0, lambda _: seen.append(plate(lab)))
    end = lab.run(Order("hold", HOT_S + 0.5), stay=stay, patience_s=HOT_S + 300.0)
    assert end.state is RunState.HELD
    assert plate(lab) == (200.0, False)
    assert seen in ([(200.0, False)], [])  # the process that leaves has left by then
    reasons = [each["reason"] for each in end.history.deviations if each["what"] == "not safe"]
    assert len(reasons) == 2  # stirring and heating, each once
    assert "not safe: hotplate" in end.history.hold_reason
    assert [event.payload["trouble"] for event in lab.of_kind("safe")][-2:] == ["", ""]


def test_a_process_does_not_wait_for_ever_for_a_dead_plate(tmp_path: Path) -> None:
    """After some tries it leaves the held run, with the deviation on record, to the plate's watchdog."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S}"])
    end = lab.run(Order("hold", HOT_S + 0.5), stay=False)
    assert end.state is RunState.HELD
    assert end.simulated_s < HOT_S + 600.0
    assert {each["device"] for each in end.history.deviations if each["what"] == "not safe"} == {"hotplate"}


@pytest.mark.parametrize("after_s", [0.2, 0.4, 0.55, 0.65, 0.75])
def test_a_plate_that_loses_its_power_while_it_is_made_safe_is_told_again(tmp_path: Path, after_s: float) -> None:
    """At whatever command of an abort: it stirs as is safe afterwards."""
    lab = prepare(tmp_path, STIR + WAIT, faults=[f"hotplate:power_cycle@t={100.0 + after_s}"])
    end = lab.run(Order("abort", 100.0))
    assert end.state is RunState.ABORTED
    assert plate(lab)[1] is False
    assert lab.host is not None
    stirs = lab.host.truth()["devices"]["hotplate"]["stirring"]
    assert (plate(lab)[0], stirs) == (200.0, True)


def test_a_plate_that_loses_its_power_while_a_stroke_is_settled_is_told_again(tmp_path: Path) -> None:
    """A pump that stays busy keeps an abort waiting; what was made safe before is looked at once more."""
    dose = "- add: {reagent: SiW9, to: reactor, volume: 600 uL}\n"
    faults = ["pump:busy_forever@for=20,t=14.5", "hotplate:power_cycle@t=20"]
    lab = prepare(tmp_path, STIR + dose + WAIT, faults=faults)
    end = lab.run(Order("abort", 16.0))
    assert end.state is RunState.ABORTED
    assert end.simulated_s > 24.0
    assert lab.host is not None
    truth = lab.host.truth()["devices"]["hotplate"]
    assert (truth["target_rpm"], truth["stirring"], truth["heating"]) == (200.0, True, False)


def test_a_pump_that_cannot_be_asked_at_the_end_is_told_to_stop(tmp_path: Path) -> None:
    """Its stroke of half a minute goes on unheard while the run is held and stopped; then nothing moves any more."""
    dose = "- add: {reagent: SiW9, to: reactor, volume: 500 uL, rate: 1 mL/min}\n"
    lab = prepare(tmp_path, dose, faults=["pump:silent@t=20,for=9"])
    end = lab.run(Order("stop", 0.5, after=HELD), patience_s=60.0)
    assert end.state is RunState.STOPPED
    assert lab.host is not None
    assert not lab.host.truth()["devices"]["pump"]["moving"]


def test_a_command_is_heard_while_a_plate_is_not_safe(tmp_path: Path) -> None:
    """A stop given meanwhile ends the run."""
    lab = prepare(tmp_path, HOT + WAIT, faults=[f"hotplate:silent@t={HOT_S}"])
    end = lab.run(Order("hold", HOT_S + 0.5), Order("stop", 3.0, after=HELD))
    assert end.state is RunState.STOPPED


def test_a_run_that_is_complete_but_not_safe_says_so(tmp_path: Path) -> None:
    """The deviation is in the record of the complete run."""
    lab = prepare(tmp_path, STIR + "- wait: {for: 1 min}\n", faults=["hotplate:unplug@t=60"])
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert {each["vessel"] for each in end.history.deviations if each["what"] == "not safe"} == {"reactor"}


def test_a_defect_in_one_command_does_not_stop_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stirring cannot be set because of us: the heating is off all the same, and the defect is raised."""

    async def broken(self: IkaHotplate, speed_rpm: float) -> Outcome:
        raise BugError(f"no {speed_rpm}")

    lab = prepare(tmp_path, HOT + WAIT)
    lab.at(HOT_S, lambda _: monkeypatch.setattr(IkaHotplate, "set_speed", broken))
    with pytest.raises(BugError):
        lab.run(Order("hold", HOT_S + 1.0))
    assert plate(lab) == (400.0, False)
    assert {event.payload["error"] for event in lab.of_kind("fault")} == {"BugError"}


def test_a_defect_in_stopping_one_device_leaves_none_unstopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An abort that fails for the plate still marks the pump and makes the vessel safe."""

    async def broken(self: IkaHotplate) -> None:
        raise BugError("oh")

    monkeypatch.setattr(IkaHotplate, "make_safe", broken)
    lab = prepare(tmp_path, HOT + WAIT)
    with pytest.raises(BugError):
        lab.run(Order("abort", HOT_S))
    assert {event.payload["device"] for event in lab.of_kind("untrusted")} == {"hotplate", "pump"}
    assert plate(lab) == (200.0, False)


def test_a_run_that_breaks_off_is_made_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error where no state expects one stops everything and is raised."""
    lab = prepare(tmp_path, HOT + WAIT)

    async def broken() -> None:
        raise BugError("supervision")

    lab.at(HOT_S, lambda _: monkeypatch.setattr(lab.session.control, "change", broken))
    with pytest.raises(BugError):
        lab.run(Order("pause", HOT_S + 1.0))
    assert plate(lab) == (200.0, False)


class LateBug:
    """A defect that shows after a while."""

    async def ask(self, question: Question) -> Answer | None:
        await self.clock_sleep(100.0)
        raise BugError("late")

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    async def clock_sleep(self, duration_s: float) -> None:
        assert self._lab.open is not None
        await self._lab.open.clock.sleep(duration_s)


@pytest.mark.parametrize("command", ["hold", "pause"])
def test_a_defect_shows_while_the_run_is_held(tmp_path: Path, command: str) -> None:
    """Nobody can restart a run whose plan is no longer being executed: it is aborted at once."""
    lab = prepare(tmp_path, STIR + "- operator: {prompt: Look, likely: 1 min}\n")
    with pytest.raises(BugError):
        lab.run(Order(command, 50.0), operator=LateBug(lab))
    assert lab.states[-2:] == ["ABORTING", "ABORTED"]
    (fault,) = lab.of_kind("fault")
    assert fault.t_s < 110.0
    assert plate(lab) == (200.0, False)
