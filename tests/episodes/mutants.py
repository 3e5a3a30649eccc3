"""Bugs planted on purpose, one small place of the product each: what the episodes would let pass, they do not test.

Each mutant says in which scripts it could show, and which promise is then seen to be broken.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

import drivers.tecan_cavro.device as pump_module
import drivers.tecan_cavro.talk as talk_module
from autosynth.clock import VirtualClock
from autosynth.contracts.stroke import MovePlunger, SetSpeed
from autosynth.engine.accounting import Accounting
from autosynth.engine.recorder import Recorder
from autosynth.engine.safety import Safety
from autosynth.errors import AutosynthError, WireError
from drivers.ika_ret.device import IkaHotplate
from drivers.tecan_cavro.codec import encode_oem
from drivers.tecan_cavro.device import CavroPump
from drivers.tecan_cavro.settle import settle
from tests.episodes.script import Script

Patch = Callable[[pytest.MonkeyPatch], None]
LATE_S = 1.0


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug.

    Attributes:
        name: What is wrong with it.
        plant: Plants it.
        shows: Whether it could show in a script.
        broken: What a violation says when it is caught.
    """

    name: str
    plant: Patch
    shows: Callable[[Script], bool]
    broken: str


def _skip_the_intent(patch: pytest.MonkeyPatch) -> None:
    stroke = Accounting.stroke

    async def unannounced(self: Accounting, action: str, phase: str, device: str, asked: Any) -> bool:
        if not isinstance(asked, SetSpeed):
            return await stroke(self, action, phase, device, asked)
        await self._control.pass_gate()
        await asked.on(self._devices[device])  # type: ignore[arg-type]
        return True

    patch.setattr(Accounting, "stroke", unannounced)


def _intent_after_the_effect(patch: pytest.MonkeyPatch) -> None:
    begin = Accounting._begin

    async def belated(self: Accounting, action: str, phase: str, device: str, stroke: Any, before: Any) -> Any:
        if isinstance(stroke, MovePlunger):
            with suppress(AutosynthError):
                await stroke.on(self._devices[device])  # type: ignore[arg-type]
        return await begin(self, action, phase, device, stroke, before)

    patch.setattr(Accounting, "_begin", belated)


def _commit_after_the_bytes(patch: pytest.MonkeyPatch) -> None:
    durable = Recorder.durable
    tasks: set[asyncio.Task[None]] = set()

    async def later(self: Recorder) -> None:
        await VirtualClock(asyncio.get_running_loop()).sleep(LATE_S)
        try:
            await durable(self)
        except AutosynthError:
            return

    async def at_once(self: Recorder, timeout_s: float | None = None) -> None:
        task = asyncio.create_task(later(self))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    patch.setattr(Recorder, "durable", at_once)


def _synchronous_off(patch: pytest.MonkeyPatch) -> None:
    module = import_module("autosynth.journal.store")
    connect = module.connect

    def unsynced(*given: Any, **options: Any) -> Any:
        connection = connect(*given, **options)
        connection.execute("PRAGMA synchronous=OFF")
        return connection

    patch.setattr(module, "connect", unsynced)


def _retry_a_relative_dispense(patch: pytest.MonkeyPatch) -> None:
    order = CavroPump._order

    async def relative(self: CavroPump, command: str, halts: int, ignored: frozenset[int] = frozenset()) -> Any:
        found = re.fullmatch(r"(.*)A(\d+)R", command)
        if found is None:
            return await order(self, command, halts, ignored)
        by = int(found[2]) - await self._increments(None)
        command = f"{found[1]}{'P' if by > 0 else 'D'}{abs(by)}R"
        try:
            answer = await order(self, command, halts, ignored)
        except WireError:
            answer = None
        return answer or await order(self, command, halts, ignored)

    patch.setattr(CavroPump, "_order", relative)


def _ignore_the_power_cycle_flag(patch: pytest.MonkeyPatch) -> None:
    """Believe a pump that says it has lost its position, by its error and by the port that its valve does not know.

    Either sign alone is enough for the driver, so that a bug in one of them is no violation yet: both are ignored.
    """
    state = CavroPump._state

    async def healthy(self: CavroPump, status: Any, expected: Any) -> Any:
        return {**await state(self, status, expected), "initialised": True, "trusted": True, "error": 0}

    def blind(intent: Any, now: Any, scale: Any) -> Any:
        return settle(intent, {**now, "port": now["port"] or intent.before["port"]}, scale)

    patch.setattr(CavroPump, "_state", healthy)
    patch.setattr(pump_module, "POSITION_LOST", frozenset[int]())
    patch.setattr(pump_module, "settle", blind)


def _drop_the_repeat_bit(patch: pytest.MonkeyPatch) -> None:
    def plain(switch: int, sequence: int, data: str, *, repeat: bool = False) -> bytes:
        return encode_oem(switch, sequence, data)

    patch.setattr(talk_module, "encode_oem", plain)


def _feed_the_watchdog_for_ever(patch: pytest.MonkeyPatch) -> None:
    arm = IkaHotplate.arm

    async def with_a_thread(self: IkaHotplate, timeout_s: float, safe_c: float | None, safe_rpm: float) -> None:
        await arm(self, timeout_s, safe_c, safe_rpm)
        wire: Any = self._wire
        stream = wire._bus._stream
        host, address = stream._memory.bench, stream._address

        def feed(t_s: float) -> None:
            host.bench.connect(address, t_s).write(t_s, b"IN_PV_4\r\n")

        host.feeders = [feed]

    patch.setattr(IkaHotplate, "arm", with_a_thread)


def _commanded_for_actual(patch: pytest.MonkeyPatch) -> None:
    def trusting(intent: Any, now: Any, scale: Any) -> Any:
        told = {key: intent.expected[key] for key in ("increments", "plunger_ml", "port") if key in intent.expected}
        return settle(intent, {**now, **told}, scale)

    patch.setattr(pump_module, "settle", trusting)


def _resume_a_terminated_axis(patch: pytest.MonkeyPatch) -> None:
    record, make_safe = Safety._record, CavroPump.make_safe

    def forgetful(self: Safety, kind: str, payload: Any) -> None:
        if kind != "untrusted":
            record(self, kind, payload)

    async def confident(self: CavroPump) -> None:
        self._standing = True
        await make_safe(self)

    patch.setattr(Safety, "_record", forgetful)
    patch.setattr(CavroPump, "make_safe", confident)


def _always(script: Script) -> bool:
    return True


def _dies(script: Script) -> bool:
    return bool(script.deaths)


def _power_fails(script: Script) -> bool:
    return any("pump:power_cycle" in fault for fault in script.faults)


def _loses_replies(protocol: str) -> Callable[[Script], bool]:
    def shows(script: Script) -> bool:
        lossy = ("drop_reply", "corrupt_reply", "truncate_reply", "silent", "late_reply")
        lost = any(f"pump:{name}" in fault for fault in script.faults for name in lossy)
        return lost and f"protocol: {protocol}" in script.station.text

    return shows


def _dies_amid_talk(script: Script) -> bool:
    return any(death.kind in {"write", "sync"} for death in script.deaths)


def _dies_for_long(script: Script) -> bool:
    return any(death.down_s > 31.0 for death in script.deaths)


def _is_aborted(script: Script) -> bool:
    return any(command == "abort" for _, command in script.commands)


MUTANTS = (
    Mutant("skip the intent", _skip_the_intent, _always, "without a durable intent"),
    Mutant("write the intent after the effect", _intent_after_the_effect, _always, "without a durable intent"),
    Mutant("COMMIT after the bytes", _commit_after_the_bytes, _always, "without a durable intent"),
    Mutant("synchronous=OFF", _synchronous_off, _dies, "is not on the disk"),
    Mutant("retry a relative dispense", _retry_a_relative_dispense, _loses_replies("dt"), "sent again as new"),
    Mutant("ignore the power-cycle flag", _ignore_the_power_cycle_flag, _power_fails, "ledger"),
    Mutant("drop the repeat bit", _drop_the_repeat_bit, _loses_replies("oem"), "sent again as new"),
    Mutant("feed the watchdog for ever", _feed_the_watchdog_for_ever, _dies_for_long, "after its host died"),
    Mutant("take commanded for actual position", _commanded_for_actual, _dies_amid_talk, "ledger"),
    Mutant("resume a terminated axis", _resume_a_terminated_axis, _is_aborted, "without having been initialised"),
)
