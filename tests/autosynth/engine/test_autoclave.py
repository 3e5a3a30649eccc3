"""A solvothermal step whose host dies: nothing is done twice, the oven's time goes on; and its ledger."""

from collections import Counter
from pathlib import Path

import pytest

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.chronicle import fold
from autosynth.engine.history import History
from autosynth.engine.machine import RunState
from autosynth.journal.event import Event
from autosynth.station.load import load_station
from tests.autosynth.engine.bench_run import event_of, prepare
from tests.autosynth.engine.crashes import Death, Lives, mortal

STATION = Path(__file__).parents[3] / "protocols" / "mof" / "station_autoclave.yaml"
HEAD = """needs: {bomb: autoclave}
reagents:
  H3btc: {formula: C9H6O6}
  MeOH: {}"""
STEPS = """- dose: {reagent: H3btc, to: bomb, mass: 82.5 mg}
- autoclave: {vessel: bomb, liquid: MeOH, volume: 4 mL, to: 32 °C, ramp: 10 K/min, hold: 10 min, cooling: 15 min}
"""
OVEN_S = 60.0 * (1.0 + 10.0 + 15.0)


def check(lives: Lives) -> None:
    """Check that all was done once, that the ledger has what the bench has, and that the oven had its time."""
    end, journal = lives.end, lives.journal()
    assert end.state is RunState.COMPLETE, end.history.hold_reason
    deeds = Counter((event.action, event.payload["phase"]) for event in journal if event.kind == "handled")
    assert set(deeds.values()) == {1}
    times = {str(event.payload["do"]): event.t_s for event in journal if event.kind == "handled"}
    assert times["unload"] - times["oven"] >= OVEN_S
    assert lives.lab.host is not None
    truth = lives.lab.host.bench.truth()["vessels"]
    inventory = end.history.inventory
    for vessel in ("bomb", "MeOH"):
        assert inventory.volume_ml(vessel) == pytest.approx(truth[vessel]["volume_ml"], abs=1e-9)
    assert inventory.volume_ml("bomb") == pytest.approx(4.0)
    assert inventory.content("bomb").liquid_sd_ml == pytest.approx(0.08)
    assert inventory.solids.jars["bomb"].closed
    assert not inventory.solids.jars["bomb"].vented


@pytest.mark.parametrize(
    ("do", "delay_s"),
    [("place", 0.0), ("pour", 0.0), ("close", 1.0), ("oven", 0.0), ("oven", 500.0), ("oven", 1400.0), ("unload", 0.0)],
)
def test_a_death_asks_for_nothing_twice(do: str, delay_s: float, tmp_path: Path) -> None:
    """While it is poured, heated and waited for; whoever recovers it waits for the rest of the oven's time."""
    lives = mortal(prepare(tmp_path, STEPS, station=STATION, head=HEAD))
    assert lives.live(death=Death(event_of("handled", do=do), delay_s=delay_s))
    assert not lives.recover(300.0)
    check(lives)


def test_it_is_undisturbed_without_a_death(tmp_path: Path) -> None:
    """The same step without one."""
    lives = mortal(prepare(tmp_path, STEPS, station=STATION, head=HEAD))
    assert not lives.live()
    check(lives)


def test_more_poured_than_there_is_is_told() -> None:
    """A bottle that the ledger had nearly empty: what it had goes over, and the rest is a deviation."""
    history = History(load_station(STATION))
    history.actions["1"] = ActionRecord("1", 0.0, {})
    for number, ml in enumerate((98.0, 4.0), 1):
        deed = {"do": "pour", "vessel": "bomb", "source": "MeOH", "volume_ml": ml, "phase": f"p{number}", "who": "me"}
        fold(history, Event(number, float(number), "handled", "1", 1, deed, ""))
    assert [each["what"] for each in history.deviations] == ["poured above content"]
    assert history.inventory.volume_ml("MeOH") == 0.0
    assert history.inventory.volume_ml("bomb") == pytest.approx(100.0)
