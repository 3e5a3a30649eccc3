"""NMR in a run: a tube filled, measured in blocks, taken out; whatever goes wrong is handled, or held and explained."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autosynth.analysis.lines import load_lines
from autosynth.engine.machine import RunState
from autosynth.errors import InputError
from autosynth.journal.event import Event
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare
from tests.autosynth.engine.crashes import Death, Lives, mortal

POM = Path(__file__).parents[3] / "protocols" / "pom"
HEAD = "needs: {reactor: stirred_vessel, tubes: nmr_tube_rack}\nreagents: {P2W17: {}, Lu(NO3)3: {}}"
MEASURE = (
    "- measure: {nmr: {nucleus: 31P, scans: 16, repetition: 2 s, acquisition: 1.6 s}, of: reactor, sample: 0.6 mL, "
    "in: tubes, as: NAME, species: [lanthanide], scans_at_most: 32, until: {ML2: 0.1 %}}\n"
)
STEPS = (
    "- stir: {vessel: reactor, speed: 300 rpm}\n"
    "- add: {reagent: P2W17, to: reactor, volume: 4 mL, rate: 10 mL/min}\n"
    "- add: {reagent: Lu(NO3)3, to: reactor, volume: 0.2 mL, rate: 5 mL/min}\n"
    "- wait: 2 min\n" + MEASURE.replace("NAME", "p31")
)


def lab_of(folder: Path, faults: Sequence[str] = (), steps: str = STEPS, head: str = HEAD) -> Lab:
    """Return a lab on the bench with NMR: half an equivalent of lutetium, one measurement of two blocks."""
    lab = prepare(folder, steps, station=POM / "station_nmr.yaml", head=head, faults=faults)
    lab.setup = replace(lab.setup, library=load_lines(POM / "species" / "pom_b.yaml"))
    return lab


def measured(lab: Lab) -> dict[str, Any]:
    (event,) = lab.of_kind("measured")
    return dict(event.payload)


def carousel(lab: Lab) -> dict[str, Any]:
    assert lab.host is not None
    state: dict[str, Any] = lab.host.truth()["devices"]["carousel"]
    return state


def test_a_sample_is_measured_in_a_tube_and_kept(tmp_path: Path) -> None:
    """Half an equivalent makes mostly the 1:2 complex; the tube keeps its sample, data are as they were written."""
    lab = lab_of(tmp_path)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    found = measured(lab)
    assert (found["cell"], found["position"], found["source"], found["scans"]) == ("tubes_1", 1, "reactor", 32)
    ligand, metal = found["content"]["P2W17"], found["content"]["Lu(NO3)3"]
    assert metal[0] / ligand[0] == pytest.approx(0.5, rel=0.01)
    assert ligand[0] == pytest.approx(0.6e-3 * 0.02 / 4.2, rel=0.02)
    assert 0 < ligand[2] < ligand[1]
    assert found["quantities"]["ML2"]["value"] == pytest.approx(0.7, abs=0.15)
    for number in (1, 2):
        block = end.folder.path / found["files"][number - 1]["file"]
        native = [path for path in (end.folder.path / "instruments").rglob("data.1d") if f"block{number}" in str(path)]
        assert (block / "data.1d").read_bytes() == native[0].read_bytes()
    assert carousel(lab)["inserted"] is None
    assert end.history.inventory.volume_ml("tubes_1") == pytest.approx(0.6, abs=0.01)


def test_every_movement_had_a_durable_intent(tmp_path: Path) -> None:
    """Turning, lifting, shimming and each block are strokes with an intent before and an outcome after."""
    lab = lab_of(tmp_path)
    lab.run()
    verbs = [event.payload["stroke"]["verb"] for event in lab.of_kind("intent")]
    assert [verb for verb in verbs if verb in {"move_lift", "shim", "acquire"}] == [
        *("move_lift", "shim", "acquire", "acquire", "move_lift")
    ]
    assert "home_sampler" in verbs
    folders = [event.payload["stroke"]["arguments"]["block"]["folder"] for event in lab.of_kind("intent")[-3:-1]]
    assert folders == ["s0000000_5-block1_1", "s0000000_5-block2_1"]


def test_the_next_sample_takes_the_next_tube(tmp_path: Path) -> None:
    """Two measurements take two tubes, in order, and each tube keeps what was put into it."""
    lab = lab_of(tmp_path, steps=STEPS + MEASURE.replace("NAME", "again"))
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert [event.payload["cell"] for event in lab.of_kind("measured")] == ["tubes_1", "tubes_2"]
    assert all(end.history.inventory.volume_ml(f"tubes_{number}") > 0.59 for number in (1, 2))


def test_acquisition_stops_when_enough_is_known(tmp_path: Path) -> None:
    """An uncertainty that one block reaches is worth one block; the record says how many scans were allowed."""
    lab = lab_of(
        tmp_path,
        steps=STEPS.replace("scans_at_most: 32, until: {ML2: 0.1 %}", "scans_at_most: 320, until: {ML2: 20 %}"),
    )
    lab.run()
    assert (measured(lab)["scans"], measured(lab)["scans_at_most"]) == (16, 320)


HANDLED = {
    "carousel:drop_reply@n=40": "an answer of the carousel is lost",
    "carousel:homing_lost@t=150": "the board of the carousel resets before it is needed",
    "spinsolve:busy_other_user@t=120,for=30": "another user's measurement ends within the patience",
    "spinsolve:folder_late@for=20": "files come later than the notification",
    "spinsolve:fid_truncated@n=1": "the first block's data are cut short",
    "spinsolve:drop_reply@n=6": "an answer of the spectrometer is lost",
}


@pytest.mark.parametrize("fault", HANDLED, ids=lambda fault: fault.replace(":", "-").partition("@")[0])
def test_what_can_be_handled_is(tmp_path: Path, fault: str) -> None:
    """A single fault of these costs time or a block, and the run completes with both blocks in its result."""
    lab = lab_of(tmp_path, [fault])
    end = lab.run()
    told = [
        event.payload.get("message", event.payload.get("reason"))
        for event in lab.events
        if event.kind in {"failure", "state"}
    ]
    assert end.state is RunState.COMPLETE, (HANDLED[fault], told)
    assert measured(lab)["scans"] == 32
    assert carousel(lab)["inserted"] is None


def test_a_cut_block_is_measured_again_into_another_folder(tmp_path: Path) -> None:
    """Data cut short are on record as a failure and as not made; the next attempt has a folder of its own."""
    lab = lab_of(tmp_path, ["spinsolve:fid_truncated@n=1"])
    lab.run()
    (failure,) = lab.of_kind("failure")
    assert "data.1d" in failure.payload["message"]
    settled = [event for event in lab.of_kind("settled") if event.payload["verdict"] == "not_started"]
    assert len(settled) == 1
    folders = {
        event.payload["stroke"]["arguments"]["block"]["folder"]
        for event in lab.of_kind("intent")
        if event.payload["stroke"]["verb"] == "acquire"
    }
    assert {"s0000000_5-block1_1", "s0000000_5-block1_2", "s0000000_5-block2_1"} == folders


HELD = {
    "carousel:tube_missing@position=1": ("carousel", "tube"),
    "spinsolve:shim_failed": ("spinsolve", "shim"),
    "spinsolve:busy_other_user@t=100,for=100000": ("spinsolve", "measur"),
    "spinsolve:folder_late@for=100000": ("spinsolve", "60 s after the end, its folder is not there"),
    "spinsolve:silent@t=120": ("spinsolve", ""),
    "carousel:silent@t=120": ("carousel", ""),
    "carousel:busy_forever@t=120": ("carousel", ""),
    "spinsolve:unplug@t=120": ("spinsolve", ""),
}


@pytest.mark.parametrize("fault", HELD, ids=lambda fault: fault.replace(":", "-").partition("@")[0])
def test_what_cannot_be_handled_is_held_and_explained(tmp_path: Path, fault: str) -> None:
    """The run ends held, the reason names the instrument and what is wrong, and no tube was broken."""
    lab = lab_of(tmp_path, [fault])
    end = lab.run()
    device, word = HELD[fault]
    assert end.state is RunState.HELD
    assert device in end.history.hold_reason
    assert word in end.history.hold_reason
    assert carousel(lab)["broken_tubes"] == []


def test_what_the_instrument_does_not_offer_is_refused_before_anything_moves(tmp_path: Path) -> None:
    """The software of the spectrometer has no such acquisition time: said at its place, with those it has."""
    lab = lab_of(tmp_path, steps=STEPS.replace("acquisition: 1.6 s", "acquisition: 1 s"))
    with pytest.raises(InputError, match=r"AcquisitionTime may be 0.*, 6\.4, not 1") as refused:
        lab.run()
    (problem,) = refused.value.problems
    assert problem.mark is not None
    assert (problem.mark.line, problem.rule) == (10, "LIMITS")
    assert lab.host is not None
    assert lab.host.truth()["vessels"]["reactor"]["volume_ml"] == 0.0


def test_nothing_is_dosed_where_no_tube_is(tmp_path: Path) -> None:
    """The place is looked at before the sample is drawn: held, with the reactor and the floor as they were."""
    lab = lab_of(tmp_path, ["carousel:tube_missing@position=1"])
    end = lab.run()
    assert "tubes has no tube at position 1, nothing was dosed" in end.history.hold_reason
    assert "5/sample" not in end.history.actions
    assert end.history.inventory.volume_ml("reactor") == pytest.approx(4.2, abs=0.01)
    assert lab.host is not None
    assert lab.host.truth()["vessels"]["reactor"]["volume_ml"] == pytest.approx(4.2, abs=0.05)


def test_a_hold_does_not_wait_for_a_block(tmp_path: Path) -> None:
    """Acquisition moves nothing: a hold in its middle is held at once, the block ends and is used after the restart."""
    begins = event_of("intent", action="5/block1")
    lab = lab_of(tmp_path)
    end = lab.run(Order("hold", 10.0, after=begins), Order("restart", 200.0, after=begins))
    assert end.state is RunState.COMPLETE
    held = next(event.t_s for event in lab.of_kind("state") if event.payload["to"] == "HELD")
    done = next(event.t_s for event in lab.of_kind("outcome") if event.action == "5/block1")
    assert held < done
    assert len([event for event in lab.of_kind("intent") if event.action == "5/block1"]) == 1


def lives_of(folder: Path) -> Lives:
    return mortal(lab_of(folder))


def acquired(events: list[Event]) -> list[str]:
    """Return the folders of all blocks that were begun."""
    intents = [event.payload["stroke"] for event in events if event.kind == "intent"]
    return [str(each["arguments"]["block"]["folder"]) for each in intents if each["verb"] == "acquire"]


@pytest.mark.parametrize("delay_s", [5.0, 20.0, 35.0])
def test_a_block_that_went_on_without_its_host_is_used(tmp_path: Path, delay_s: float) -> None:
    """A spectrometer does not stop because the host died: the folder is looked into, and the block not made again."""
    lives = lives_of(tmp_path)
    assert lives.live(death=Death(event_of("intent", action="5/block1"), delay_s=delay_s, keep_all=True))
    assert not lives.recover(100.0)
    assert lives.end.state is RunState.COMPLETE
    events = lives.journal()
    assert acquired(events) == ["s0000000_5-block1_1", "s0000000_5-block2_1"]
    verdicts = [event.payload["verdict"] for event in events if event.kind == "settled" and event.action == "5/block1"]
    assert verdicts == ["done"]


@pytest.mark.parametrize("verb", ["turn_to", "move_lift", "shim", "home_sampler"])
def test_a_host_that_dies_in_a_movement_of_the_sampler_recovers(tmp_path: Path, verb: str) -> None:
    """Whatever moved when the host died, the recovered run measures the same tube and takes it out unbroken."""

    def begins(event: Event) -> bool:
        return event.kind == "intent" and event.payload["stroke"]["verb"] == verb and event.action in {"5", "5/sample"}

    lives = lives_of(tmp_path)
    assert lives.live(death=Death(begins, delay_s=0.5, keep_all=True))
    assert not lives.recover(60.0)
    assert lives.end.state is RunState.COMPLETE, lives.end.history.hold_reason
    assert lives.lab.host is not None
    truth = lives.lab.host.truth()
    assert truth["devices"]["carousel"]["broken_tubes"] == []
    assert lives.end.history.inventory.volume_ml("tubes_1") == pytest.approx(0.6, abs=0.01)


MIXED_HEAD = "needs: {tube: nmr_tube}\nreagents: {P2W17: {}, Lu(NO3)3: {}}"
MIXED = """\
- add: {reagent: P2W17, to: tube, volume: 0.4 mL, rate: 10 mL/min}
- add: {reagent: Lu(NO3)3, to: tube, volume: 20 uL, rate: 5 mL/min}
"""


def test_nothing_is_mixed_where_no_tube_is(tmp_path: Path) -> None:
    """A tube that is mixed in place is looked for before its first drop, and only then."""
    lab = lab_of(tmp_path, ["carousel:tube_missing@position=1"], MIXED, MIXED_HEAD)
    end = lab.run()
    assert "tubes has no tube at position 1, nothing was dosed" in end.history.hold_reason
    assert end.history.inventory.volume_ml("tubes_1") == 0.0
    assert not [event for event in lab.of_kind("intent") if event.payload["stroke"]["verb"] == "move_plunger"]
    there = lab_of(tmp_path / "there", (), MIXED, MIXED_HEAD)
    assert there.run().state is RunState.COMPLETE
    homes = [event.action for event in there.of_kind("intent") if event.payload["stroke"]["verb"] == "home_sampler"]
    assert homes == ["1"]
