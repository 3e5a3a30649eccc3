"""Every transcript is replayed both ways: the driver is held to what the host said, the simulator to what was answered.

Each once in whole pieces and once a byte at a time. A transcript without a host's part is a failure, not a gap; one
that describes what simulators do not do (line noise) says `# bench: none`.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.clock import VirtualClock, run_virtual
from autosynth.wire.replay import ReplayStream, replay_lane
from autosynth.wire.transcript import Record, Transcript, parse_transcript
from simulators.bench import SimulatedBench
from tests.transcripts.alicat_mc.parts import MODEL as ALICAT_MC
from tests.transcripts.delta_vfd.parts import MODEL as DELTA_VFD
from tests.transcripts.grbl_carousel.parts import MODEL as GRBL_CAROUSEL
from tests.transcripts.ika_ret.parts import MODEL as IKA_RET
from tests.transcripts.magritek_spinsolve.parts import MODEL as MAGRITEK_SPINSOLVE
from tests.transcripts.mettler_sics.parts import MODEL as METTLER_SICS
from tests.transcripts.modbus_block.parts import MODEL as MODBUS_BLOCK
from tests.transcripts.model import Model, Part
from tests.transcripts.new_era_ne1000.parts import MODEL as NEW_ERA_NE1000
from tests.transcripts.runze_sv06.parts import MODEL as RUNZE_SV06
from tests.transcripts.tecan_cavro.parts import MODEL as TECAN_CAVRO

MODELS: Mapping[str, Model] = {
    "alicat_mc": ALICAT_MC,
    "delta_vfd": DELTA_VFD,
    "grbl_carousel": GRBL_CAROUSEL,
    "ika_ret": IKA_RET,
    "magritek_spinsolve": MAGRITEK_SPINSOLVE,
    "mettler_sics": METTLER_SICS,
    "new_era_ne1000": NEW_ERA_NE1000,
    "modbus_block": MODBUS_BLOCK,
    "runze_sv06": RUNZE_SV06,
    "tecan_cavro": TECAN_CAVRO,
}
HERE = Path(__file__).parent
FILES = sorted(path for model in MODELS for path in (HERE / model).glob("*.txt"))
BENCH = re.compile(r"^# bench: *(.*)$", re.MULTILINE)
PATIENCE_S, SILENCE_S, BYTE_S = 1.0, 0.1, 0.001


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _read(path: Path) -> Transcript:
    return parse_transcript(path.read_text(encoding="utf-8"), path.name)


def _bench(path: Path) -> dict[str, Any] | None:
    """Return the simulated device's options that a transcript names; None: no simulator can play it."""
    found = BENCH.search(path.read_text(encoding="utf-8"))
    if found is None:
        pytest.fail(f"{path} does not say `# bench: ...`")
    return None if found[1].strip() == "none" else dict(json.loads(found[1]))


def _exchanges(records: Iterable[Record]) -> list[tuple[bytes, float, bytes]]:
    """Return what is sent, when, and all that answers it."""
    found: list[tuple[bytes, float, bytes]] = []
    for record in records:
        if record.way == ">":
            found.append((record.data, record.t_s or 0.0, b""))
        else:
            request, t_s, answer = found[-1]
            found[-1] = (request, t_s, answer + record.data)
    return found


@pytest.mark.parametrize("model", MODELS)
def test_every_transcript_has_a_host_and_is_golden(model: str) -> None:
    """Files and host's parts are the same names, and every file has evidence behind it."""
    files = {path.stem: path for path in FILES if path.parent.name == model}
    assert set(MODELS[model].parts) == set(files)
    assert all(_read(path).golden for path in files.values())


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
@pytest.mark.parametrize("path", FILES, ids=_name)
def test_the_driver_says_and_understands_what_is_written(path: Path, bytewise: bool) -> None:
    """The host's part sends exactly the bytes written and accepts every answer."""
    part = MODELS[path.parent.name].parts[path.stem]
    run_virtual(_play_host(part, _read(path).records, bytewise))


async def _play_host(part: Part, records: Iterable[Record], bytewise: bool) -> None:
    clock = VirtualClock(asyncio.get_running_loop())
    stream = ReplayStream(records, bytewise=bytewise)
    bus, lane = replay_lane(stream, part.framing(), clock)
    await bus.open()
    await part.host(lane, clock)
    stream.finish()
    await lane.aclose()


@pytest.mark.parametrize("bytewise", [False, True], ids=["whole", "bytewise"])
@pytest.mark.parametrize("path", [path for path in FILES if _bench(path) is not None], ids=_name)
def test_the_simulator_answers_what_is_written(path: Path, bytewise: bool) -> None:
    """The simulated instrument answers what is written when it is told what is written."""
    model = MODELS[path.parent.name]
    options = _bench(path)
    bench = SimulatedBench(model.bench(options or {}), 11, [], model.builders())
    stream, t_s = bench.connect("port", 0.0), 0.0
    for request, written_s, expected in _exchanges(_read(path).records):
        t_s = max(t_s, written_s)
        pieces = [request[i : i + 1] for i in range(len(request))] if bytewise else [request]
        for piece in pieces:
            stream.write(t_s, piece)
            bench.advance(t_s)
            t_s += BYTE_S if bytewise else 0.0
        end_s, heard = t_s + (PATIENCE_S if expected else SILENCE_S), stream.read(t_s)
        while t_s < end_s and not (expected and model.same(request, expected, heard)):
            t_s = min(bench.advance(t_s) or end_s, end_s)
            bench.advance(t_s)
            heard += stream.read(t_s)
        assert model.same(request, expected, heard), f"{request!r}: {expected!r} is written, {heard!r} came"
