"""Two pumps on one bus: they work at once, and what happens to one is not done to the other."""

from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.operator import Answer, Desk
from tests.autosynth.engine.bench_run import Lab, Order, prepare, stroke_begins

POM = Path(__file__).parents[3] / "protocols" / "pom" / "station.yaml"
HEAD = "needs: {reactor: stirred_vessel, vial_s1: vial}\nreagents: {NaOTf: {}, SiW9: {}}"
BOTH = """
- parallel:
    branches:
      - [{add: {reagent: SiW9, to: vial_s1, volume: 0.9 mL, rate: 1 mL/min}}]
      - [{add: {reagent: NaOTf, to: reactor, volume: 0.4 mL, rate: 0.5 mL/min}}]
"""


def bench(folder: Path, *faults: str) -> Lab:
    return prepare(folder, BOTH, station=POM, head=HEAD, faults=faults)


def volumes(lab: Lab) -> tuple[float, float]:
    """Return what the twin says of the vial and the reactor, mL."""
    assert lab.final.truth is not None
    vessels = lab.final.truth["vessels"]
    return vessels["vial_s1"]["volume_ml"], vessels["reactor"]["volume_ml"]


def test_two_pumps_dispense_at_once(tmp_path: Path) -> None:
    """Branches with a pump each overlap on their shared bus, and both doses are right."""
    lab = bench(tmp_path)
    assert lab.run().state is RunState.COMPLETE
    assert volumes(lab) == pytest.approx((0.9, 0.4), abs=0.015)
    both = [stroke_begins(pump, phase="dispense") for pump in ("pump", "salt_pump")]
    begun = [next(event.t_s for event in lab.events if begins(event)) for begins in both]
    ended = [max(event.t_s for event in lab.of_kind("action.done") if event.action == f"1.b{n}.1") for n in (1, 2)]
    assert max(begun) < min(ended)


def test_a_hold_waits_for_both_pumps(tmp_path: Path) -> None:
    """Held means that neither pump moves: the stroke of each is finished and booked."""
    lab = bench(tmp_path)
    end = lab.run(Order("hold", 3.0, after=stroke_begins("salt_pump", phase="dispense")), stay=False)
    assert end.state is RunState.HELD
    assert end.history.open_intents == {}
    assert end.truth is not None
    assert [end.truth["devices"][name]["moving"] for name in ("pump", "salt_pump")] == [False, False]


def test_an_abort_stops_both_pumps(tmp_path: Path) -> None:
    """An abort terminates both movements, and both partial strokes are in the ledger."""
    lab = bench(tmp_path)
    end = lab.run(Order("abort", 8.0, after=stroke_begins("salt_pump", phase="dispense")))
    assert end.state is RunState.ABORTED
    assert end.history.open_intents == {}
    assert {"pump", "salt_pump"} <= end.history.untrusted
    for vessel, volume_ml in zip(("vial_s1", "reactor"), volumes(lab), strict=True):
        mixture = end.history.inventory.content(vessel)
        assert volume_ml == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 1e-3)


def test_an_abort_reaches_a_pump_whose_neighbour_is_silent(tmp_path: Path) -> None:
    """However long the neighbour is given for its answer, the moving pump is told within half a second, and stops."""
    station = tmp_path / "station.yaml"
    station.write_text(POM.read_text().replace("{switch: 0, ", "{switch: 0, reply_time: 5 s, "))
    dose = "- add: {reagent: NaOTf, to: reactor, volume: 0.4 mL, rate: 0.5 mL/min}\n"
    lab = prepare(tmp_path, dose, station=station, head=HEAD, faults=["pump:silent@t=20"])
    end = lab.run(Order("abort", 8.0, after=stroke_begins("salt_pump", phase="dispense")))
    (asked,) = [event.t_s for event in lab.of_kind("state") if event.payload["to"] == "ABORTING"]
    assert lab.host is not None
    told = [sent.t_s for sent in lab.host.sent if sent.data[:2] == b"\x022" and sent.data[3:4] == b"T"]
    assert 0.0 <= min(told) - asked <= 0.5
    assert end.state is RunState.ABORTED
    reached = {event.payload["device"] for event in lab.of_kind("deviation") if event.payload["what"] == "not stopped"}
    assert reached == {"pump"}


def test_one_pumps_lost_power_leaves_the_other_alone(tmp_path: Path) -> None:
    """A pump that lost power in mid-stroke holds the run; the other one's doses stay known exactly."""
    lab = bench(tmp_path, "salt_pump:power_cycle@t=35")
    end = lab.run(Order("restart", 120.0, settle="estimate"))
    assert end.state is RunState.COMPLETE
    assert {event.payload["device"] for event in lab.of_kind("failure")} == {"salt_pump"}
    assert volumes(lab)[0] == pytest.approx(0.9, abs=0.015)
    mixture = end.history.inventory.content("reactor")
    assert volumes(lab)[1] == pytest.approx(mixture.liquid_ml, abs=4 * mixture.liquid_sd_ml + 1e-3)


def test_a_person_answers_over_the_control_channel(tmp_path: Path) -> None:
    """The status names what is asked and of whom; an answer ends the step under the answerer's name."""
    weigh = "- operator: {prompt: Weigh, likely: 1 min, enter: {name: mass, unit: mg, min: 0 mg, max: 100 mg}}\n"
    lab = prepare(tmp_path, weigh)
    desk, seen = Desk(), list[object]()

    def answer(t_s: float) -> None:
        seen.append(lab.session.status()["questions"])
        message = {"command": "answer", "action": "1", "value": 0.02, "who": "Ada"}
        seen.append(lab.session.handle(message)["state"])

    lab.at(30.0, answer)
    end = lab.run(operator=desk)
    assert end.state is RunState.COMPLETE
    assert seen == [{"1": "Weigh"}, "RUNNING"]
    assert end.history.actions["1"].result["who"] == "Ada"
    assert not desk.answer("1", Answer("Ada"))
