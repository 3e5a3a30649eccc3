"""After the host died: wherever it died, the run is taken up, nothing is done twice, all is accounted for."""

import random
from collections import Counter
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd
from autosynth.journal.event import Event
from tests.autosynth.engine.bench_run import BRANCHED, Order, event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, Lives, any_event, mortal
from tests.autosynth.engine.host import PUMP, moves

STEPS = """
- stir: {vessel: reactor, speed: 400 rpm}
- add: {reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 5 mL/min}
- sample: {from: reactor, to: vial, volume: 0.3 mL}
- repeat:
    name: salt
    at_most: 2
    steps:
      - add: {reagent: KOTf, to: reactor, equivalents: 4, of: cluster in reactor, rate: 5 mL/min}
- wait: {for: 1 min, tolerance: 30 min}
"""
HEAD = (
    "needs: {reactor: stirred_vessel, vial: vial}\nreagents: {SiW9: {}, KOTf: {}}\n"
    "define: {cluster: {per: {SiW9: 2}, charge: 4 umol}}"
)
UNKNOWN = event_of("settled", verdict="unknown")
SETTLE = Order("restart", 60.0, after=UNKNOWN, settle="estimate")
DEATHS = range(1, 146, 4)
DOWN_S = (0.3, 45.0, 400.0)


def reference(folder: Path) -> RunEnd:
    """Run without a death."""
    return prepare(folder, STEPS, station=BRANCHED, head=HEAD).run()


def agrees(end: RunEnd, *vessels: str) -> None:
    """Check the ledger's vessels against the twin's, within the ledger's uncertainty."""
    assert end.truth is not None
    for vessel in vessels:
        truth, ledger = end.truth["vessels"][vessel], end.history.inventory.content(vessel)
        assert truth["volume_ml"] == pytest.approx(ledger.liquid_ml, abs=4 * ledger.liquid_sd_ml + 1e-3)
        for name, mol in ledger.amounts_mol.items():
            sd = ledger.amount(name)[1]
            assert truth["charged_mol"].get(name, 0.0) == pytest.approx(mol, abs=4 * sd + 1e-7)


def settlements(journal: list[Event]) -> Counter[int]:
    """Count how often each intent was closed."""
    return Counter(
        event.payload["intent"]
        for event in journal
        if event.kind == "outcome" or (event.kind == "settled" and event.payload["verdict"] != "unknown")
    )


def check(lives: Lives) -> None:
    """Check what must hold after any number of deaths."""
    end, journal = lives.end, lives.journal()
    assert end.state is RunState.COMPLETE
    agrees(end, "reactor", "vial", "organic")
    assert settlements(journal) == Counter(event.seq for event in journal if event.kind == "intent")
    started = Counter(event.action for event in journal if event.kind == "action.started")
    assert set(started.values()) == {1}
    assert set(Counter(event.action for event in journal if event.kind == "action.done").values()) == {1}
    assert [event.seq for event in journal] == list(range(1, len(journal) + 1))
    for action, record in end.history.actions.items():
        if record.details.get("verb") == "add":
            assert record.result["volume_ml"] == pytest.approx(record.details["volume_ml"], abs=5e-5), action


@pytest.mark.parametrize("death", DEATHS)
def test_a_death_at_any_event_is_recovered(tmp_path: Path, death: int) -> None:
    """Wherever in its journal the host dies, the recovered run completes, accounts for all, and repeats nothing."""
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    keep = random.Random(death) if death % 2 else None
    assert lives.live(death=Death(any_event, nth=death, keep=keep))
    assert not lives.recover(DOWN_S[death % 3], SETTLE)
    check(lives)


def test_deaths_cover_the_whole_run(tmp_path: Path) -> None:
    """The deaths above reach from the first stroke to the last action of the run."""
    lab = prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD)
    lab.run()
    assert len(lab.events) - 12 <= DEATHS[-1] <= len(lab.events)


@pytest.mark.parametrize(
    ("stroke", "delay_s"), [(1, 3.0), (2, 0.1), (4, 0.02), (9, 0.4), (15, 0.2), (22, 0.06), (30, 0.3)]
)
def test_a_death_in_the_middle_of_a_stroke_is_recovered(tmp_path: Path, stroke: int, delay_s: float) -> None:
    """A host that dies while something moves, or while it waits for a reply, is recovered like any other."""
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    assert lives.live(death=Death(event_of("intent"), nth=stroke, delay_s=delay_s))
    assert not lives.recover(DOWN_S[stroke % 3], SETTLE)
    check(lives)


@pytest.mark.parametrize("deaths", [(20, 9, 5), (40, 3, 3, 3), (12, 30, 30)])
def test_several_deaths_are_recovered(tmp_path: Path, deaths: tuple[int, ...]) -> None:
    """A host that dies again while recovering is recovered like the first."""
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    assert lives.live(death=Death(any_event, nth=deaths[0]))
    for number in deaths[1:]:
        assert lives.recover(10.0, death=Death(any_event, nth=number))
    assert not lives.recover(10.0, SETTLE)
    check(lives)


def test_resolved_arguments_are_not_computed_again(tmp_path: Path) -> None:
    """A dose that was resolved before the death is completed as resolved, whatever the vessel holds now."""
    whole = reference(tmp_path / "whole")
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    dosing = stroke_begins("pump", phase="dispense")
    assert lives.live(death=Death(lambda event: dosing(event) and event.action == "4.1@2"))
    before = {e.action: e.payload for e in lives.journal() if e.kind == "action.started"}
    assert not lives.recover(30.0)
    for action, record in lives.end.history.actions.items():
        assert record.details == before.get(action, record.details)
        if "volume_ml" in record.details:
            assert record.details["volume_ml"] == pytest.approx(whole.history.actions[action].details["volume_ml"])
    check(lives)


@pytest.mark.parametrize("down_s", [0.1, 5.0, 300.0])
def test_a_stroke_that_went_on_alone_is_booked_as_done(tmp_path: Path, down_s: float) -> None:
    """A pump finishes its stroke without its host; recovery finds it done, waiting for its end where need be."""
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    assert lives.live(death=Death(stroke_begins("pump", phase="dispense"), delay_s=1.0))
    (orphan,) = [e.seq for e in lives.journal() if e.kind == "intent" and e.seq not in settlements(lives.journal())]
    assert not lives.recover(down_s)
    (settled,) = [e for e in lives.journal() if e.kind == "settled" and e.payload["intent"] == orphan]
    assert (settled.payload["verdict"], settled.payload["by"]) == ("done", "instrument")
    check(lives)


def test_an_intent_that_was_never_sent_is_not_started(tmp_path: Path) -> None:
    """An intent that reached the disk and no instrument is settled as not started, and the stroke is made."""
    lives = mortal(prepare(tmp_path, STEPS, station=BRANCHED, head=HEAD))
    death = Death(sending=lambda sent: bool(sent.address == PUMP and sent.t_s > 20.0 and moves(sent)))
    assert lives.live(death=death)
    (orphan,) = [e.seq for e in lives.journal() if e.kind == "intent" and e.seq not in settlements(lives.journal())]
    assert not lives.recover(10.0)
    settled = {e.payload["intent"]: e.payload["verdict"] for e in lives.journal() if e.kind == "settled"}
    assert settled == {orphan: "not_started"}
    check(lives)
