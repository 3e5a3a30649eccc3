"""Safe states and recoveries overtaken by a rule, an abort, a person: what was asked for last holds."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.contracts.device import State
from autosynth.engine.machine import RunState
from autosynth.engine.readings import Readings
from autosynth.wire.bus import Bus
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import HEADS, ONE_VESSEL, Lab, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, Lives, mortal
from tests.autosynth.engine.test_interlocks import DOSE, HELD, HOT, WAIT, heating, reads, too_hot, tripped

BEGINS = stroke_begins("pump", phase="dispense")
SLOW = "- add: {reagent: SiW9, to: reactor, volume: 1.5 mL, rate: 1 mL/min}\n"
OTHER = """
  other:
    kind: stirred_vessel
    capacity: 25 mL
    fill: 0 to 20 mL
    rated_temperature: 60 °C
    stirred_by: hotplate
    heated_by: hotplate
    safe: {stir: 250 rpm, temperature: 30 °C}
"""


def warm(tmp_path: Path) -> Lab:
    """Prepare a run that heats, in a vessel whose safe state is 30 °C."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    station = tmp_path / "warm.yaml"
    station.write_text(text.replace("temperature: off}", "temperature: 30 °C}"), encoding="utf-8")
    return prepare(tmp_path, HOT + WAIT, station=station, head=HEADS[ONE_VESSEL])


def plate(lab: Lab) -> Mapping[str, Any]:
    """Return the truth of the plate now."""
    assert lab.host is not None
    return dict(lab.host.truth()["devices"]["hotplate"])


def hot_from(lab: Lab, monkeypatch: pytest.MonkeyPatch, state: str, for_s: float) -> None:
    """Have the vessel read 50 °C from the moment in which the run is in a state, for so long."""
    began, last = list[float](), Readings.last

    def hot(self: Readings, vessel: str, what: str, stale_s: float) -> float | None:
        now_s = 0.0 if lab.open is None else lab.open.clock.now()
        if what == "temperature_c" and began and now_s < began[0] + for_s:
            return 50.0
        return last(self, vessel, what, stale_s)

    monkeypatch.setattr(Readings, "last", hot)
    lab.watchers.append(lambda event: began.append(event.t_s) if event_of("state", to=state)(event) else None)


@pytest.mark.parametrize("at_s", [1500.05, 1500.35, 1500.65])
def test_a_rule_that_trips_while_all_is_made_safe_is_not_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_s: float
) -> None:
    """What is being told, or is told again, is what is safe now."""
    lab, seen = warm(tmp_path), list[bool]()
    hot_from(lab, monkeypatch, "HOLDING", 3.0)
    for later_s in (2.0, 5.0, 20.0, 45.0):
        lab.at(at_s + later_s, lambda _: seen.append(heating(lab)))
    lab.run(Order("hold", at_s), patience_s=1560.0)
    assert tripped(lab) == [("SOLV-T", "reactor")]
    assert seen == [False] * 4


def test_a_rule_that_trips_while_a_run_is_stopped_leaves_it_cold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks at it any more afterwards."""
    lab = warm(tmp_path)
    hot_from(lab, monkeypatch, "STOPPING", 1000.0)
    end = lab.run(Order("stop", 1500.35), patience_s=1550.0)
    assert (end.state, tripped(lab), heating(lab)) == (RunState.STOPPED, [("SOLV-T", "reactor")], False)


def test_what_a_rule_has_switched_off_a_recovery_does_not_heat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it has cooled down meanwhile: only a restart brings the safe temperature back."""
    lab, seen = warm(tmp_path), list[bool]()
    lives = mortal(lab)
    reads(lab, monkeypatch, too_hot(1500.0, 1502.0))
    assert lives.live(Order("hold", 5000.0), death=Death(HELD, delay_s=20.0, keep_all=True))
    assert lives.died_s is not None
    for later_s in (2.0, 10.0, 60.0):
        lab.at(lives.died_s + 20.0 + later_s, lambda _: seen.append(heating(lab)))
    lives.recover(20.0, Order("stop", lives.died_s + 100.0))
    assert seen == [False] * 3


@pytest.mark.parametrize("delay_s", [0.3, 0.8, 1.2])
def test_a_pump_whose_port_is_being_opened_is_stopped_by_an_abort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delay_s: float
) -> None:
    """It could not be told at once, and is told as soon as its port is there."""
    began = list[float]()
    (tmp_path / "first").mkdir()
    lab = prepare(tmp_path / "first", SLOW)
    lab.watchers.append(lambda event: began.append(event.t_s) if BEGINS(event) else None)
    lab.run()
    lab = prepare(tmp_path, SLOW, faults=[f"pump:unplug@t={began[0] + 2.0:.1f},for=1.5"])
    opened = Bus.open

    async def slowly(self: Bus) -> None:
        if lab.open is not None:
            await lab.open.clock.sleep(0.5)
        await opened(self)

    monkeypatch.setattr(Bus, "open", slowly)
    end = lab.run(Order("abort", delay_s, after=event_of("state", to="HOLDING")), patience_s=200.0)
    assert end.state is RunState.ABORTED
    assert [event.payload["verdict"] for event in lab.of_kind("settled")] == ["partly"]


def held_by_a_recovery(tmp_path: Path, *, held: bool) -> tuple[Lives, float]:
    """Let a host die in a dose, and where asked for another when the recovery has just held the run; tell when."""
    lives = mortal(prepare(tmp_path, DOSE + WAIT))
    assert lives.live(death=Death(BEGINS, delay_s=5.0, keep_all=True))
    if held:
        assert lives.recover(20.0, death=Death(HELD, keep_all=True))
    assert lives.died_s is not None
    return lives, lives.died_s


def says(lab: Lab, command: str) -> Callable[[float], None]:
    def say(_t_s: float) -> None:
        lab.session.handle({"command": command, "who": "anna", "reason": ""})

    return say


@pytest.mark.parametrize("held", [False, True])
def test_a_person_who_holds_during_a_recovery_is_heard(tmp_path: Path, *, held: bool) -> None:
    """The run was held already, by the recovery; it does not go on by itself any more."""
    lives, died_s = held_by_a_recovery(tmp_path, held=held)
    lives.lab.at(died_s + 20.8, says(lives.lab, "hold"))
    lives.recover(20.0, Order("stop", died_s + 60.0))
    states = [event.payload["to"] for event in lives.journal() if event.kind == "state"]
    assert states[-3:] == ["HELD", "STOPPING", "STOPPED"]


def test_a_later_hold_is_not_restarted_by_the_recovery(tmp_path: Path) -> None:
    """A person has restarted before the recovery did; the next Hold, without a reason, is theirs alone."""
    lives, died_s = held_by_a_recovery(tmp_path, held=True)
    lives.lab.at(died_s + 20.6, says(lives.lab, "restart"))
    lives.lab.at(died_s + 120.0, says(lives.lab, "hold"))
    lives.recover(20.0, Order("stop", died_s + 300.0))
    states = [event.payload["to"] for event in lives.journal() if event.kind == "state"]
    assert states[-4:] == ["HOLDING", "HELD", "STOPPING", "STOPPED"]


def test_two_vessels_on_one_plate_are_as_safe_as_the_colder(tmp_path: Path) -> None:
    """The plate is off and turns for both, and is not told otherwise by turns."""
    text = ONE_VESSEL.read_text(encoding="utf-8").replace("temperature: off}", "temperature: off}\n" + OTHER, 1)
    line = '    - {name: other_line, from: "pump:6", to: other, volume: 50 uL, filled: argon}\n'
    station = tmp_path / "two.yaml"
    station.write_text(text.replace("    - {name: reactor_line", line + "    - {name: reactor_line", 1), "utf-8")
    head = "needs: {reactor: stirred_vessel, other: stirred_vessel}\nreagents: {SiW9: {}}"
    lab = prepare(tmp_path, "- stir: {vessel: reactor, speed: 400 rpm}\n" + WAIT, station=station, head=head)
    seen = list[tuple[bool, float]]()
    for at_s in (110.0, 145.0, 200.0):
        lab.at(at_s, lambda _: seen.append((heating(lab), plate(lab)["target_rpm"])))
    lab.run(Order("hold", 100.0), patience_s=250.0)
    assert seen == [(False, 250.0)] * 3
    assert not [each for each in lab.of_kind("deviation") if each.payload["what"] == "safe state lost"]


def test_a_defect_in_looking_leaves_a_held_run_to_its_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once, and the process goes on taking commands."""
    lab, read = prepare(tmp_path, "- stir: {vessel: reactor, speed: 400 rpm}\n" + WAIT), IkaHotplate.read_state

    async def strangely(self: IkaHotplate) -> State:
        if lab.open is not None and 120.0 < lab.open.clock.now() < 390.0:
            raise ValueError("a defect")
        return await read(self)

    monkeypatch.setattr(IkaHotplate, "read_state", strangely)
    end = lab.run(Order("hold", 100.0), Order("stop", 400.0))
    assert end.state is RunState.STOPPED
    met_s = [event.t_s for event in lab.of_kind("fault")]
    assert met_s, "it is on record"
    assert max(met_s) < 170.0, "when it was met first, and not at each look"
