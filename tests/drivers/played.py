"""A driver talking to a written conversation, for what simulators do not do on demand."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from autosynth.clock import LoopClock
from autosynth.contracts.calibration import PumpCalibration
from autosynth.contracts.driver import DriverEntry, DriverSettings
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import Record

SILENCE = b""
Exchanges = Sequence[tuple[bytes, bytes]]


@asynccontextmanager
async def played(entry: DriverEntry, options: Mapping[str, Any], exchanges: Exchanges) -> AsyncIterator[Any]:
    """Yield the driver's device and insist at the end that everything written was said; SILENCE answers nothing."""
    records = [Record(">" if i % 2 == 0 else "<", data) for pair in exchanges for i, data in enumerate(pair) if data]
    stream, clock = ReplayStream(records), LoopClock(asyncio.get_running_loop())
    settings = DriverSettings("device", options, PumpCalibration())
    bus, lane = replay_lane(stream, entry.framing(options), clock, "device")
    await bus.open()
    yield entry.build(settings, lane, clock)
    stream.finish()
    await lane.aclose()
