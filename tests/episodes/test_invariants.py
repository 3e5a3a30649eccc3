"""Every invariant can fail: each is shown something that breaks it, and the same thing whole."""

from dataclasses import replace
from typing import Any

import pytest

from autosynth.contracts.device import Intent
from autosynth.contracts.stroke import MovePlunger, SetTemperature
from autosynth.engine.actionrecord import ActionRecord, Moved
from autosynth.engine.history import History, OpenIntent
from autosynth.journal.event import Event
from tests.episodes import invariants
from tests.episodes.bounds import Bounds
from tests.episodes.effect import Effect
from tests.episodes.plans import model
from tests.episodes.readers import Hotplate, Pumps, Script, Selector
from tests.episodes.stations import ONE

STATION = model(ONE.read_text(encoding="utf-8"), ONE)
MOVE = Effect("pump", "move_plunger", 12000.0, {"increments": 12000.0, "speed": 900.0})


def opened(seq: int, stroke: Any, device: str = "pump", **expected: Any) -> OpenIntent:
    return OpenIntent(seq, "1", "draw", Intent(device, stroke, {}, expected))


DRAWING = opened(7, MovePlunger(0.5, 5.0), increments=12000)


def event(kind: str, **payload: Any) -> Event:
    return Event(1, 0.0, kind, "1", 1, payload, "")


@pytest.mark.parametrize(
    ("effect", "plunger_ml"),
    [
        (replace(MOVE, sizes={"increments": 24001.0, "speed": 900.0}), 1.0),
        (replace(MOVE, sizes={"increments": 12000.0, "speed": 5801.0}), 0.4),
        (replace(MOVE, sizes={"increments": 20000.0, "speed": 900.0}), 0.0),  # more than the dead host's bound
        (replace(MOVE, sizes={"increments": 12000.0, "speed": 50.0}), 0.0),  # for longer than it
        (Effect("hotplate", "set_temperature", 90.0, {"celsius": 90.0}), 0.0),
        (Effect("hotplate", "set_speed", 1500.0, {"rpm": 1500.0}), 0.0),
    ],
)
def test_what_is_outside_limits_is_seen(effect: Effect, plunger_ml: float) -> None:
    """Positions, speeds, lengths and times of strokes, temperatures: each has its limits."""
    bounds = Bounds(STATION)
    sized = bounds.sized(effect, {"plunger_ml": plunger_ml})
    assert invariants.outside(sized, bounds.of(effect.device))
    assert not invariants.outside(bounds.sized(MOVE, {"plunger_ml": 0.4}), bounds.of("pump"))


def test_an_effect_needs_its_own_intent_on_the_disk() -> None:
    """No intent, one not yet on the disk, one of another target, or of another device: all are seen."""
    assert not invariants.unintended(MOVE, [DRAWING], 7, ())
    assert invariants.unintended(MOVE, [], 7, ())
    assert invariants.unintended(MOVE, [DRAWING], 6, ())
    assert invariants.unintended(replace(MOVE, value=13000.0), [DRAWING], 7, ())
    assert invariants.unintended(replace(MOVE, device="salt_pump"), [DRAWING], 7, ())


def test_safe_states_need_no_intent() -> None:
    """What a vessel declares may be sent at once; heating it may not."""
    safe = Bounds(STATION).safe_effects()
    assert not invariants.unintended(Effect("hotplate", "set_speed", 200.0), [], 0, safe)
    assert not invariants.unintended(Effect("hotplate", "set_temperature", None), [], 0, safe)
    assert not invariants.unintended(Effect("pump", "stop"), [], 0, safe)
    assert invariants.unintended(Effect("hotplate", "set_temperature", 30.0), [], 0, safe)
    heating = opened(3, SetTemperature(30.0), "hotplate")
    assert not invariants.unintended(Effect("hotplate", "set_temperature", 30.0), [heating], 3, safe)


def test_one_intent_is_one_order() -> None:
    """The same order a second time is seen, unless the pump can tell that it is a repetition."""
    assert not invariants.repeated(MOVE, [DRAWING], set())
    assert invariants.repeated(MOVE, [DRAWING], {7})
    assert not invariants.repeated(replace(MOVE, again=True), [DRAWING], {7})


def test_defects_and_lawless_changes_of_state_are_seen() -> None:
    """A defect on record is a violation; so is a change of state that is not in the table."""
    assert invariants.unlawful(event("fault", error="KeyError", message="'pump'"))
    assert invariants.unlawful(event("state", **{"from": "HELD", "to": "RUNNING", "command": "resume"}))
    assert not invariants.unlawful(event("state", **{"from": "HELD", "to": "RESTARTING", "command": "restart"}))


def dosed(volume_ml: float, *deviations: str) -> History:
    history = History(STATION)
    record = ActionRecord("2", 0.0, {"verb": "add", "volume_ml": 1.0}, done_s=9.0)
    record.moved["dispense"] = Moved(volume_ml)
    history.actions["2"] = record
    history.deviations = [{"action": "2", "what": each} for each in deviations]
    return history


def test_a_dose_is_as_planned_or_a_deviation() -> None:
    """A dose that is off its plan is seen unless the record says so."""
    assert not invariants.misdosed(dosed(1.0), "2")
    assert invariants.misdosed(dosed(1.2), "2")
    assert not invariants.misdosed(dosed(1.2, "drew gas"), "2")


def test_twin_and_ledger_must_agree() -> None:
    """A vessel that holds more, or another species, than the ledger says is seen."""
    history = History(STATION)
    assert invariants.unbalanced(history, {"reactor": (0.0, {})}, ["reactor"]) == []
    assert len(invariants.unbalanced(history, {"reactor": (0.1, {"SiW9": 1e-6})}, ["reactor"])) == 2


SAFE_PLATE = {"heating": False, "stirring": True, "target_rpm": 200.0, "target_c": 0.0, "watchdog_limited": False}
HOT_PLATE = {**SAFE_PLATE, "heating": True, "target_c": 40.0}


def test_the_end_is_safe_or_says_that_it_is_not() -> None:
    """Heating, another speed and a moving pump are seen; what the record admits of a hotplate is not."""
    history = History(STATION)
    assert invariants.unsafe(history, STATION, {"hotplate": SAFE_PLATE, "pump": {"moving": False}}) == []
    for state in (HOT_PLATE, {**SAFE_PLATE, "stirring": False}):
        assert len(invariants.unsafe(history, STATION, {"hotplate": state})) == 1
    assert len(invariants.unsafe(history, STATION, {"pump": {"moving": True}})) == 1
    history.deviations = [{"what": "not safe", "device": "hotplate"}]
    assert invariants.unsafe(history, STATION, {"hotplate": HOT_PLATE}) == []


def test_a_dead_host_heats_nothing() -> None:
    """Within its watchdog's time a plate may go on; afterwards it may not."""
    assert invariants.undead(STATION, {"hotplate": HOT_PLATE}, 30.0, 31.0) == []
    assert len(invariants.undead(STATION, {"hotplate": HOT_PLATE}, 40.0, 31.0)) == 1
    assert invariants.undead(STATION, {"hotplate": SAFE_PLATE}, 40.0, 31.0) == []


def test_what_was_sent_is_on_the_disk_after_a_crash() -> None:
    """A lost intent is seen, and so is a last event that is not the one that was recorded."""
    told = {1: "a", 2: "b"}
    assert invariants.forgotten(told, {2}, (2, "b")) == []
    assert len(invariants.forgotten(told, {2}, (1, "a"))) == 1
    assert len(invariants.forgotten(told, set(), (2, "c"))) == 1


def test_the_journal_replays_to_the_same_state() -> None:
    """A live history that knows more than its events is seen."""
    history, untrusted = History(STATION), event("untrusted", device="pump")
    history.apply(untrusted)
    assert invariants.misremembered(history, [untrusted]) == []
    assert invariants.misremembered(history, []) == ["the journal replays to another untrusted"]


def test_pumps_are_read_in_both_protocols() -> None:
    """Moves, turns, initialisations and stops are told from questions; a repetition has its bit and its number."""
    pumps = Pumps({0x31: "pump"})
    assert [each.value for each in pumps.read(b"\x02\x31\x31L14V900A12000R\x03\x09")] == [12000.0]
    assert [each.again for each in pumps.read(b"\x02\x31\x39L14V900A12000R\x03\x09")] == [True]
    assert [each.verb for each in pumps.read(b"/1I3R\r")] == ["turn_to"]
    assert [each.verb for each in pumps.read(b"/1N1Z0,1,8I8R\r")] == ["home_plunger"]
    assert [each.relative for each in pumps.read(b"/1P100R\r")] == [True]
    assert [each.verb for each in pumps.read(b"/1TR\r")] + [each.verb for each in pumps.read(b"/1T\r")] == ["stop"]
    assert [*pumps.read(b"/1?6\r"), *pumps.read(b"/1N1R\r")] == []


def test_the_other_readers_read_what_has_an_effect() -> None:
    """Setpoints, potentials and ports come out as they were sent; lines may come in pieces."""
    plate = Hotplate("hotplate")
    assert list(plate.read(b"OUT_SP_4 30")) == []
    assert [each.value for each in plate.read(b"0\r\nSTART_4\r\nIN_PV_4\r\n")] == [300.0, 300.0]
    scan = b"e\nset_e -500m\ncell_on\nmeas_loop_cv p c -500m 1 -1200m 5m 100m\nendloop\non_finished:\ncell_off\n\n"
    assert [each.sizes for each in Script("cell").read(scan)] == [{"volt_low": -1.2, "volt_high": 1.0}]
    assert [each.value for each in Selector("selector").read(b"\xcc\x00\x44\x05\x00\xdd\xf2\x01")] == ["5"]
