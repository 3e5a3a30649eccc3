"""Safe states are served at once and kept: who is silent keeps nobody waiting, who falls out of his is told again."""

from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from tests.autosynth.engine.bench_run import ONE_VESSEL, Lab, Order, event_of, prepare

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
WAIT = "- wait: {for: 20 min, tolerance: 100 min}\n"
HELD = event_of("state", to="HELD")
SECOND_PLATE = """  plate2:
    driver: ika_ret
    address: {serial: /dev/ttyUSB5, baud: 9600, framing: 7E1}

vessels:
  other:
    kind: stirred_vessel
    capacity: 25 mL
    fill: 0 to 20 mL
    rated_temperature: 60 °C
    stirred_by: plate2
    heated_by: plate2
    safe: {stir: 150 rpm, temperature: off}
"""


def two_plates(folder: Path, *faults: str) -> Lab:
    """Return a lab with a plate for each of two vessels: one bears on the other in nothing."""
    text = ONE_VESSEL.read_text().replace("\nvessels:\n", SECOND_PLATE, 1)
    line = '    - {name: other_line, from: "pump:6", to: other, volume: 50 uL, filled: argon}\n'
    text = text.replace("    - {name: reactor_line", line + "    - {name: reactor_line", 1)
    station = folder / "two_plates.yaml"
    station.write_text(text)
    head = "needs: {reactor: stirred_vessel, other: stirred_vessel}\nreagents: {SiW9: {}}"
    steps = STIR + "- stir: {vessel: other, speed: 400 rpm}\n" + WAIT
    return prepare(folder, steps, station=station, head=head, faults=faults)


def stirring(lab: Lab, plate: str = "hotplate") -> tuple[object, object]:
    """Return the true setpoint and whether a plate stirs."""
    assert lab.host is not None
    state = lab.host.truth()["devices"][plate]
    return state["target_rpm"], state["stirring"]


@pytest.mark.parametrize(("silent", "other", "rpm"), [("hotplate", "plate2", 150.0), ("plate2", "hotplate", 200.0)])
def test_a_silent_plate_keeps_no_other_waiting(tmp_path: Path, silent: str, other: str, rpm: float) -> None:
    """Whichever comes first in the station: the one that answers is safe within a second, and on record."""
    lab = two_plates(tmp_path, f"{silent}:silent@t=100")
    seen: list[object] = []
    lab.at(101.5, lambda _: seen.append(stirring(lab, other)))
    end = lab.run(Order("hold", 100.5), patience_s=200.0)
    assert end.state is RunState.HELD
    assert seen == [(rpm, True)]
    safe = [event for event in lab.of_kind("safe") if event.payload["device"] == other]
    assert [event.payload["trouble"] for event in safe] == ["", ""]
    assert safe[-1].t_s < 102.0
    assert {each["device"] for each in end.history.deviations if each["what"] == "not safe"} == {silent}


def test_safe_states_are_served_in_the_same_order_every_time(tmp_path: Path) -> None:
    """Two equal runs, with a silent plate, write the same record."""
    heads = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        lab = two_plates(folder, "hotplate:silent@t=100,for=20")
        assert lab.run(Order("hold", 100.5), patience_s=200.0).state is RunState.HELD
        heads.append([(event.t_s, event.kind, event.payload) for event in lab.events])
    assert heads[0] == heads[1]


def test_a_plate_that_loses_its_power_while_held_is_told_again(tmp_path: Path) -> None:
    """It stirs as is safe again within a minute; a deviation says what it did not do."""
    lab = prepare(tmp_path, STIR + WAIT, faults=["hotplate:power_cycle@t=200"])
    seen: list[object] = []
    for t_s in (190.0, 202.0, 260.0):
        lab.at(t_s, lambda _: seen.append(stirring(lab)))
    end = lab.run(Order("hold", 100.0), patience_s=300.0)
    assert end.state is RunState.HELD
    assert seen == [(200.0, True), (200.0, False), (200.0, True)]
    (lost,) = end.history.deviations
    assert (lost["what"], lost["vessel"], lost["device"]) == ("safe state lost", "reactor", "hotplate")
    assert [event.payload["verb"] for event in lab.of_kind("safe")] == ["set_speed", "set_temperature", "set_speed"]


def test_a_held_run_that_stays_safe_records_nothing(tmp_path: Path) -> None:
    """It is looked at, and nothing is said again."""
    lab = prepare(tmp_path, STIR + WAIT)
    lab.run(Order("hold", 100.0), patience_s=400.0)
    held_s = next(event.t_s for event in lab.events if HELD(event))
    assert [event.kind for event in lab.events if event.t_s > held_s] == []
    assert lab.host is not None
    assert not [each for each in lab.host.sent if each.t_s > held_s and b"OUT_SP_4" in each.data]


def test_a_restart_is_heard_between_two_looks(tmp_path: Path) -> None:
    """Nothing waits for the next look."""
    lab = prepare(tmp_path, STIR + WAIT)
    end = lab.run(Order("hold", 100.0), Order("restart", 12.0, after=HELD))
    assert end.state is RunState.COMPLETE
    held_s, restarting_s = (event.t_s for event in lab.of_kind("state")[2:4])
    assert restarting_s == pytest.approx(held_s + 12.0, abs=0.01)


def test_a_plate_that_loses_its_power_while_paused_holds_the_run(tmp_path: Path) -> None:
    """Paused, everything is to go on as it was: what does not is held for, and stirs as is safe."""
    lab = prepare(tmp_path, STIR + WAIT, faults=["hotplate:power_cycle@t=200"])
    end = lab.run(Order("pause", 100.0), patience_s=300.0)
    assert lab.states[-3:] == ["PAUSED", "HOLDING", "HELD"]
    assert "hotplate does not keep what was set" in end.history.hold_reason
    assert stirring(lab) == (200.0, True)
