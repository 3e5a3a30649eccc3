"""The promise: a stroke's intent is on the disk before its first byte leaves, and every intent gets one settlement."""

import itertools
from collections import Counter
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.errors import JournalError
from autosynth.journal.crashdisk import CrashDisk
from tests.autosynth.engine.bench_run import BRANCHED, Lab, Order, prepare, reactor, stroke_begins
from tests.autosynth.engine.host import PLATE, POTENTIOSTAT, PUMP, SELECTOR, Sent, moves

STEPS = """
- stir: {vessel: reactor, speed: 400 rpm}
- add: {reagent: SiW9, to: reactor, volume: 1.3 mL, rate: 5 mL/min}
- add: {reagent: KOTf, to: reactor, volume: 0.3 mL, rate: 5 mL/min}
- sample: {from: reactor, to: vial, volume: 0.5 mL}
- measure: {voltammetry: {begin: 0 V, vertex1: -0.2 V, vertex2: 0 V, rate: 1 V/s}, in: cell, as: cv, clean: false,
    scans_at_most: 2}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A run over pump, selector, hotplate and potentiostat, on a disk that tells synced from written."""
    made = prepare(tmp_path_factory.mktemp("intents"), STEPS, station=BRANCHED, disk=CrashDisk())
    made.run()
    return made


def motions(lab: Lab) -> list[Sent]:
    """Return every motion command but those of the safe state at the end, which are exempt."""
    assert lab.host is not None
    begin = min(event.t_s for event in lab.of_kind("state"))
    end = min(event.t_s for event in lab.of_kind("action.done") if event.action == "5")
    return [sent for sent in lab.host.sent if moves(sent) and begin <= sent.t_s < end]


def test_the_run_moves_all_its_devices(lab: Lab) -> None:
    """The run under test completes, and motion commands are recognised on each of its four ports."""
    assert lab.final.state is RunState.COMPLETE
    assert {sent.address for sent in motions(lab)} == {PUMP, SELECTOR, PLATE, POTENTIOSTAT}


def test_every_motion_has_a_durable_intent(lab: Lab) -> None:
    """At the moment of each motion command an open intent of that device lies on the synced disk."""
    devices = {event.seq: event.payload["device"] for event in lab.of_kind("intent")}
    ports = {"pump": PUMP, "selector": SELECTOR, "hotplate": PLATE, "potentiostat": POTENTIOSTAT}
    wrong = [
        sent
        for sent in motions(lab)
        if not any(seq <= sent.durable_seq and ports[devices[seq]] == sent.address for seq in sent.open_intents)
    ]
    assert wrong == []


def test_one_sync_a_stroke_is_enough(tmp_path: Path) -> None:
    """From intent to intent there is one sync: the outcome rides with the next intent (telemetry has its own file)."""
    disk = CrashDisk()
    made = prepare(tmp_path, "- add: {reagent: SiW9, to: reactor, volume: 1.3 mL, rate: 5 mL/min}\n", disk=disk)
    syncs: list[int] = []
    made.watchers.append(lambda event: syncs.append(disk.syncs) if event.kind == "intent" else None)
    made.run()
    between = [after - before for before, after in itertools.pairwise(syncs)]
    assert Counter(between).most_common(1)[0][0] == 1
    assert sum(each > 1 for each in between) <= 1


def test_every_intent_is_settled_once(lab: Lab) -> None:
    """Each intent has exactly one outcome, each outcome its intent, and before and after follow on one another."""
    settled = Counter(event.payload["intent"] for event in lab.events if event.kind in {"outcome", "settled"})
    assert settled == Counter(event.seq for event in lab.of_kind("intent"))


def test_an_intent_says_where_the_stroke_starts_and_ends(lab: Lab) -> None:
    """An intent has the state read just before and the state expected after, and the outcome is what was expected."""
    outcomes = {event.payload["intent"]: event.payload["state"] for event in lab.of_kind("outcome")}
    for event in lab.of_kind("intent"):
        payload = event.payload
        assert payload["before"]
        if payload["device"] == "pump":
            assert outcomes[event.seq]["plunger_ml"] == payload["expected"]["plunger_ml"]
            assert outcomes[event.seq]["port"] == payload["expected"]["port"]


def test_the_journal_alone_gives_the_same_history(lab: Lab) -> None:
    """Folding the events that were recorded gives the contents that the run itself believed in."""
    history = lab.final.history
    delivered = sum(
        float(event.payload["moved_ml"])
        for event in lab.of_kind("outcome")
        if event.payload["intent"] in {e.seq for e in lab.events if stroke_begins("pump", phase="dispense")(e)}
    )
    assert delivered == pytest.approx(sum(history.actions[path].phase_ml("dispense") for path in ("2", "3")))


def test_a_full_disk_sends_nothing(tmp_path: Path) -> None:
    """When the journal cannot be written nothing more moves, and the vessel is still brought to its safe state."""
    disk = CrashDisk()
    made = prepare(
        tmp_path,
        "- stir: {vessel: reactor, speed: 400 rpm}\n"
        "- add: {reagent: SiW9, to: reactor, volume: 1.3 mL, rate: 2 mL/min}\n",
        disk=disk,
    )
    full: list[float] = []

    def fill(t_s: float) -> None:
        disk.capacity_bytes = 0
        full.append(t_s)

    made.at(30.0, fill)
    with pytest.raises(JournalError):
        made.run()
    assert made.host is not None
    late = [sent for sent in made.host.sent if sent.address == PUMP and moves(sent) and sent.t_s > full[0]]
    assert late == []
    plate = made.host.truth()["devices"]["hotplate"]
    assert plate["target_rpm"] == 200.0


def test_a_disk_that_recovers_lets_the_run_go_on(tmp_path: Path) -> None:
    """A held run whose disk has room again is restarted and completes with the right dose."""
    disk = CrashDisk()
    made = prepare(tmp_path, "- add: {reagent: SiW9, to: reactor, volume: 1.3 mL, rate: 2 mL/min}\n", disk=disk)

    def fill(t_s: float) -> None:
        disk.sync_fails = True

    def drain(t_s: float) -> None:
        disk.sync_fails = False

    made.at(30.0, fill)
    made.at(90.0, drain)
    end = made.run(Order("restart", 120.0))
    assert end.state is RunState.COMPLETE
    assert "the journal cannot be written" in " ".join(str(e.payload["reason"]) for e in made.of_kind("state"))
    assert reactor(end)["volume_ml"] == pytest.approx(1.3, abs=0.03)
