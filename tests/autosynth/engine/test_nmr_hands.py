"""Hands at the carousel while a run is held: no sample goes into another tube, and no block without its tube counts."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from autosynth.engine.machine import RunState
from autosynth.journal.event import Event
from tests.autosynth.engine.bench_run import Lab, Match, Order, event_of, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal
from tests.autosynth.engine.test_nmr import STEPS, lab_of

LONG = STEPS.replace("scans_at_most: 32", "scans_at_most: 48")


def unit_of(lab: Lab) -> tuple[Any, Any]:
    """Return the simulated bench and the carousel on it, to be moved by hand."""
    assert lab.host is not None
    bench = cast("Any", lab.host.bench)
    return bench, next(unit for unit in bench._units if unit.name == "carousel")


def by_hand(lab: Lab, line: bytes) -> None:
    """Move the carousel as from a pendant."""
    assert lab.host is not None
    bench, unit = unit_of(lab)
    now_s = lab.host.now_s
    bench.advance(now_s)
    unit.face.receive(now_s, line)
    bench._after(unit, now_s)


def put_in_and_turned(lab: Lab) -> None:
    """Put the missing tube in, and turn the carousel by six places, which its motor does not notice."""
    assert lab.host is not None
    bench, unit = unit_of(lab)
    body, now_s = unit.face._body, lab.host.now_s
    bench.advance(now_s)
    body.missing.clear()
    body._at = (body._at[0] - 6 * 15.0, body._at[1])
    body._twin.turn("carousel", body.port(now_s), now_s)


def once(lab: Lab, matches: Callable[[Event], bool], delay_s: float, act: Callable[[], None]) -> None:
    """Let somebody act so long after the first event that matches."""
    seen: list[Event] = []

    def watch(event: Event) -> None:
        if not seen and matches(event):
            seen.append(event)
            asyncio.get_running_loop().call_later(delay_s, act)

    lab.watchers.append(watch)


def tubes(lab: Lab) -> dict[str, float]:
    """Return what is really in each tube, mL."""
    assert lab.host is not None
    vessels = lab.host.truth()["vessels"]
    return {name: each["volume_ml"] for name, each in vessels.items() if name.startswith("tubes") and each["volume_ml"]}


def turned_to_the_needle(event: Event) -> bool:
    return event.kind == "outcome" and event.action == "5/sample" and "at_magnet" in event.payload["state"]


def turning_to_the_needle(event: Event) -> bool:
    return event.action == "5/sample" and stroke_begins("carousel", verb="turn_to")(event)


@pytest.mark.parametrize("held_at", [turned_to_the_needle, turning_to_the_needle])
def test_a_carousel_turned_during_a_hold_gets_no_dose_into_another_tube(tmp_path: Path, held_at: Match) -> None:
    """The way is looked at anew after the restart: the sample is in the tube where the ledger has it."""
    lab = lab_of(tmp_path)
    once(lab, held_at, 60.0, lambda: by_hand(lab, b"G90 G53 G1 X75 F3000\n"))
    end = lab.run(Order("hold", 0.0, after=held_at), Order("restart", 200.0, after=held_at))
    assert end.state is RunState.COMPLETE
    assert list(tubes(lab)) == ["tubes_1"]
    assert tubes(lab)["tubes_1"] == pytest.approx(end.history.inventory.volume_ml("tubes_1"), abs=0.02)
    assert any(each["what"] == "valve found elsewhere" for each in end.history.deviations)


def test_after_hands_were_asked_for_the_sampler_is_homed_again(tmp_path: Path) -> None:
    """Who puts a tube in may turn the carousel, and its motor does not notice: the tube is still the right one."""
    lab = lab_of(tmp_path, ["carousel:tube_missing@position=1"])
    held = event_of("state", to="HELD")
    once(lab, held, 60.0, lambda: put_in_and_turned(lab))
    end = lab.run(Order("restart", 200.0, after=held))
    assert end.state is RunState.COMPLETE
    assert list(tubes(lab)) == ["tubes_1"]


def test_a_block_without_its_tube_does_not_count(tmp_path: Path) -> None:
    """The lift was raised by hand in the first block: it is void, the tube is put in again for the others."""
    lab = lab_of(tmp_path, steps=LONG)
    begins = event_of("intent", action="5/block1")
    once(lab, begins, 30.0, lambda: by_hand(lab, b"G90 G53 G1 Z0 F1000\n"))
    end = lab.run(Order("hold", 10.0, after=begins), Order("restart", 200.0, after=begins))
    assert end.state is RunState.COMPLETE
    assert [each["what"] for each in end.history.deviations] == ["tube not in the magnet"]
    counts = [end.history.actions[f"5/block{number}"].result["counts"] for number in (1, 2, 3)]
    assert counts == [False, True, True]
    (found,) = end.history.measurements["p31"]
    assert found["quantities"]["ML2"]["value"] == pytest.approx(0.7, abs=0.15)


def test_what_another_program_measures_is_never_stopped(tmp_path: Path) -> None:
    """A host that comes in the middle of a measurement hears its protocol only: it is left alone, whatever ends."""
    lives = mortal(lab_of(tmp_path, ["spinsolve:busy_other_user@t=100,for=100000"]))
    assert lives.live(death=Death(event_of("action.started", verb="wait"), delay_s=60.0, keep_all=True))
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.HELD
    assert lives.lab.host is not None
    assert lives.lab.host.sent
    assert not [each for each in lives.lab.host.sent if b"<Abort" in each.data]
