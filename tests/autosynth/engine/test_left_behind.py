"""What earlier runs, other hands and lost axes leave behind: never taken for what an action was asked to move."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from drivers.runze_sv06.codec import Function, encode
from tests.autosynth.engine.bench_run import BRANCHED, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.host import Host

HELD = event_of("state", to="HELD")


def test_what_a_stopped_run_left_in_the_syringe_goes_to_waste(tmp_path: Path) -> None:
    """The next run's dose is all its own reagent; the syringe's old content is a deviation and is rinsed away."""
    first = prepare(
        tmp_path / "1", "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n", station=BRANCHED
    )
    stopped = first.run(Order("stop", 20.0, after=stroke_begins("pump", phase="draw")))
    left = stopped.history.inventory
    assert left.syringe_ml("pump") > 0.1
    second = prepare(
        tmp_path / "2", "- add: {reagent: KOTf, to: reactor, volume: 0.5 mL, rate: 2 mL/min}\n", station=BRANCHED
    )
    assert first.host is not None
    second.host = Host(first.host.bench, later_s=stopped.simulated_s + 100)
    second.setup = replace(second.setup, inventory=left, bench=second.host)
    end = second.run()
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    charged = end.truth["vessels"]["reactor"]["charged_mol"]
    already = stopped.truth["vessels"]["reactor"]["charged_mol"].get("SiW9", 0.0) if stopped.truth else 0.0
    assert charged["KOTf"] == pytest.approx(5.0e-5, rel=0.02)
    assert charged.get("SiW9", 0.0) == pytest.approx(already, abs=7.5e-7)  # what stood in the lines, and is said to
    assert {"left in the syringe", "line not empty"} <= {each["what"] for each in end.history.deviations}


def test_a_selector_turned_by_hand_is_found_before_the_next_stroke(tmp_path: Path) -> None:
    """Held, somebody turns the selector; after the restart the dose still goes where it was asked to."""
    lab = prepare(tmp_path, "- add: {reagent: SiW9, to: reactor, volume: 1.6 mL, rate: 1 mL/min}\n", station=BRANCHED)

    def turn(t_s: float) -> None:
        assert lab.host is not None
        address = int(lab.plan.station.devices["selector"].options.get("address", 0))
        stream = next(each for each in lab.host._streams if each._address.endswith("USB1"))
        stream._stream.write(t_s + lab.host.later_s, encode(address, Function.GO, 2))

    lab.at(45.0, turn)
    end = lab.run(Order("hold", 3.0, after=stroke_begins("pump", phase="dispense")), Order("restart", 60.0, after=HELD))
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    assert end.truth["vessels"]["reactor"]["volume_ml"] == pytest.approx(1.6, abs=0.02)
    assert end.truth["vessels"]["vial"]["volume_ml"] == pytest.approx(0.0, abs=1e-6)
    assert "valve found elsewhere" in {each["what"] for each in end.history.deviations}


def test_a_transfer_whose_syringe_is_lost_moves_no_more_than_was_asked(tmp_path: Path) -> None:
    """What had arrived before the axis was lost counts, and only the rest is moved again."""
    steps = (
        "- add: {reagent: SiW9, to: reactor, volume: 3 mL, rate: 10 mL/min}\n"
        "- transfer: {from: reactor, to: vial, volume: 0.9 mL, rate: 1 mL/min}\n"
    )
    lab = prepare(tmp_path, steps, station=BRANCHED)

    def distrust(event: object) -> None:
        intents = lab.of_kind("intent")
        moving = intents and intents[-1].payload["stroke"]["verb"] == "move_plunger"
        if moving and intents[-1].payload["phase"] == "dispense1" and not lab.of_kind("untrusted"):
            lab.session.recorder.record("untrusted", {"device": "pump", "reason": "overload"})

    lab.watchers.append(lambda event: distrust(event) if event.kind == "outcome" else None)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    assert lab.of_kind("untrusted")
    assert end.truth["vessels"]["vial"]["volume_ml"] == pytest.approx(0.9, abs=0.02)
    assert end.history.actions["2"].result["volume_ml"] == pytest.approx(0.9, abs=0.005)


@pytest.mark.parametrize("after_s", [0.15, 0.25, 0.4])
def test_a_push_lost_half_way_is_made_again(after_s: float, tmp_path: Path) -> None:
    """Power lost in the gas push: the dose that stands in the line still reaches the vessel."""
    step = "- add: {reagent: SiW9, to: reactor, volume: 0.05 mL, rate: 2 mL/min}\n"
    healthy = prepare(tmp_path / "healthy", step, station=BRANCHED)
    healthy.run()
    pushes = [each for each in healthy.of_kind("intent") if each.payload["phase"] == "push"]
    begun_s = next(each.t_s for each in pushes if each.payload["stroke"]["verb"] == "move_plunger")
    lab = prepare(tmp_path / "lost", step, station=BRANCHED, faults=[f"pump:power_cycle@t={begun_s + after_s}"])
    end = lab.run(Order("restart", 60.0, after=HELD, settle="estimate"))
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    assert end.truth["vessels"]["reactor"]["charged_mol"]["SiW9"] == pytest.approx(5.0e-7, rel=0.02)
