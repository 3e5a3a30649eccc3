"""A restart sets again what the run had set: by strokes with their intents, like everything that moves or heats."""

from pathlib import Path

import pytest

from autosynth.contracts.device import Outcome
from autosynth.engine.machine import RunState
from autosynth.errors import NoReplyError
from autosynth.journal.crashdisk import CrashDisk
from drivers.ika_ret.device import IkaHotplate
from tests.autosynth.engine.bench_run import Lab, Order, event_of, prepare
from tests.autosynth.engine.host import Sent, moves

HOT = (
    "- stir: {vessel: reactor, speed: 400 rpm}\n"
    "- heat: {vessel: reactor, to: 30 °C, within: 60 min, tolerance: 2 K}\n"
    "- wait: {for: 20 min, tolerance: 100 min}\n"
)
PLATE = "serial:/dev/ttyUSB1"
HOLD_S, RESTART_S = 900.0, 1000.0
HELD = event_of("state", to="HELD")


def restoring(lab: Lab) -> list[Sent]:
    """Return the commands that move the plate between the restart and the end of restarting."""
    assert lab.host is not None
    began, ended = (
        min(event.t_s for event in lab.of_kind("state") if event.payload["from"] == state)
        for state in ("HELD", "RESTARTING")
    )
    starts = (b"START_", b"OUT_SP_1 ", b"OUT_SP_4 ")
    return [each for each in lab.host.sent if began <= each.t_s <= ended and each.data.startswith(starts)]


def test_every_setting_of_a_restart_has_a_durable_intent(tmp_path: Path) -> None:
    """When the plate is told anything by a restart, an open intent of it lies on the synced disk."""
    lab = prepare(tmp_path, HOT, disk=CrashDisk())
    end = lab.run(Order("hold", HOLD_S), Order("restart", RESTART_S))
    assert end.state is RunState.COMPLETE
    sent = restoring(lab)
    assert len(sent) == 4
    assert [each for each in sent if not any(seq <= each.durable_seq for seq in each.open_intents)] == []


def test_a_restart_without_a_disk_sets_nothing(tmp_path: Path) -> None:
    """The intent cannot be written: the plate keeps its safe state, and the run is held again and says why."""
    disk = CrashDisk()
    lab = prepare(tmp_path, HOT, disk=disk)

    def spoil(t_s: float) -> None:
        disk.sync_fails = True

    def mend(t_s: float) -> None:
        disk.sync_fails = False

    lab.at(RESTART_S - 1.0, spoil)
    lab.at(RESTART_S + 50.0, mend)
    end = lab.run(Order("hold", HOLD_S), Order("restart", RESTART_S), Order("restart", RESTART_S + 100.0))
    assert end.state is RunState.COMPLETE
    assert lab.host is not None
    between = [each for each in lab.host.sent if RESTART_S <= each.t_s < RESTART_S + 100.0 and each.address == PLATE]
    assert [each.data for each in between if moves(each) and each.data.startswith(b"START_")] == []
    assert "the journal cannot be written" in str(
        next(each.payload["reason"] for each in lab.of_kind("state") if each.payload["from"] == "RESTARTING")
    )


def test_a_setting_that_cannot_be_settled_is_settled_by_the_next_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plate that falls silent in the middle of a restart leaves an open intent, and the next restart closes it."""
    lab = prepare(tmp_path, HOT, faults=[f"hotplate:silent@t={RESTART_S + 1.0},for=60"])
    told = IkaHotplate.set_speed

    async def late(self: IkaHotplate, speed_rpm: float) -> Outcome:
        assert lab.open is not None
        if abs(lab.open.clock.now() - RESTART_S) < 5.0:
            await lab.open.clock.sleep(2.0)
            raise NoReplyError("nothing", self.name)
        return await told(self, speed_rpm)

    monkeypatch.setattr(IkaHotplate, "set_speed", late)
    end = lab.run(Order("hold", HOLD_S), Order("restart", RESTART_S), Order("restart", RESTART_S + 200.0))
    assert end.state is RunState.COMPLETE
    settled = [event for event in lab.of_kind("settled") if event.action == "restart"]
    assert [event.payload["verdict"] for event in settled] == ["not_started"]
    assert settled[0].t_s > RESTART_S + 200.0
    assert end.history.open_intents == {}


def test_a_hold_in_the_middle_of_restoring_begins_nothing_more(tmp_path: Path) -> None:
    """A hold while the stirring is being restored lets that finish; the heating is not switched on any more."""
    lab = prepare(tmp_path, HOT)
    begun = event_of("intent", action="restart")
    orders = Order("hold", HOLD_S), Order("restart", RESTART_S), Order("hold", 0.05, after=begun)
    end = lab.run(*orders, patience_s=RESTART_S + 100.0)
    assert end.state is RunState.HELD
    strokes = [event.payload["stroke"]["verb"] for event in lab.of_kind("intent") if event.action == "restart"]
    assert strokes == ["set_speed"]
    assert end.history.open_intents == {}
    assert lab.host is not None
    plate = lab.host.truth()["devices"]["hotplate"]
    assert (plate["target_rpm"], plate["heating"]) == (200.0, False)
