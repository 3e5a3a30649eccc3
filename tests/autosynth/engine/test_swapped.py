"""Another instrument than the one that began a run is never asked what became of its strokes."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.contracts.device import Identity
from autosynth.engine.machine import RunState
from autosynth.errors import IdentityError, NotConnectedError
from drivers.tecan_cavro.device import CavroPump
from tests.autosynth.engine.bench_run import event_of, prepare, stroke_begins
from tests.autosynth.engine.crashes import Death, mortal

STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
DOSE = "- add: {reagent: SiW9, to: reactor, volume: 0.9 mL, rate: 2 mL/min}\n"
DEATH = Death(stroke_begins("pump", phase="dispense"), delay_s=2.0)


def other_firmware(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another pump answer from now on."""
    meet = CavroPump.connect

    async def stranger(self: CavroPump) -> Identity:
        return replace(await meet(self), firmware="another pump")

    monkeypatch.setattr(CavroPump, "connect", stranger)


def test_a_swapped_pump_is_not_asked_what_became_of_a_stroke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recovery on another pump is refused before anything moves, and succeeds once the first pump is back."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(death=DEATH)
    assert lives.lab.host is not None
    died_s, begun = lives.died_s, lives.lab.host.truth()["devices"]["pump"]["strokes"]
    other_firmware(monkeypatch)
    with pytest.raises(IdentityError, match="another pump answers, where SIM-733085 answered when the run began"):
        lives.recover(30.0)
    assert lives.lab.host.truth()["devices"]["pump"]["strokes"] <= begun + 1  # the one in flight
    kinds = [event.kind for event in lives.journal()]
    assert "settled" not in kinds[kinds.index("recovered") :]
    monkeypatch.undo()
    lives.died_s = died_s
    assert not lives.recover(60.0)
    assert lives.end.state is RunState.COMPLETE
    assert lives.end.history.actions["2"].result["volume_ml"] == pytest.approx(0.9, abs=1e-4)


def test_the_first_answer_counts_after_several_deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run began with is what its first host met, not what a later one did."""
    lives = mortal(prepare(tmp_path, STIR + DOSE))
    assert lives.live(death=DEATH)
    assert lives.recover(10.0, death=Death(event_of("state", to="RESTARTING"), keep_all=True))
    other_firmware(monkeypatch)
    with pytest.raises(IdentityError, match="when the run began"):
        lives.recover(20.0)


def test_a_recovery_keeps_to_what_the_station_pins(tmp_path: Path) -> None:
    """A pump whose firmware is not the pinned one does not connect, not even for the first time."""
    lab = prepare(tmp_path, STIR + DOSE)
    station = lab.setup.plan.station
    pinned = replace(station.devices["pump"], firmware="SIM-1")
    lab.setup = replace(
        lab.setup,
        plan=replace(lab.setup.plan, station=replace(station, devices={**station.devices, "pump": pinned})),
    )
    with pytest.raises(NotConnectedError, match="firmware SIM-733085 answers, the station pins SIM-1"):
        lab.run()
