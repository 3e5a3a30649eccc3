"""The kernel's own account of a real run: what is synced before what leaves."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from autosynth.journal.disk import OsDisk
from autosynth.journal.event import Event
from autosynth.journal.store import JournalStore
from tests.live.processes import AUTOSYNTH, ONE_VESSEL, ROOT, LiveRun, ServedBench
from tests.live.syscalls import CALLS, STRACE, Call, calls

ONE_DOSE = ROOT / "tests/recipes/one_dose.yaml"
_EVENT = re.compile(rb'\{"action":.*?"t_s":[^}]*\}', re.DOTALL)
_STROKE = re.compile(rb"\x021[0-7][^?\x03]*[ZYWAPDIO]\d[^\x03]*R\x03", re.DOTALL)
"""A command of the pump that moves it, sent for the first time: repeats have another sequence number."""


def tracing() -> bool:
    """Say whether processes can be traced here."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", os.devnull, sys.executable, "-c", ""], capture_output=True, check=False)
    return tried.returncode == 0


pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX"),
    pytest.mark.skipif(not tracing(), reason="strace is not installed, or may not trace here"),
]


def intents(page: bytes) -> set[int]:
    """Return the numbers of the pump's intents that a page of the journal holds."""
    found = [json.loads(text) for text in _EVENT.findall(page)]
    return {e["seq"] for e in found if e["kind"] == "intent" and e["payload"]["device"] == "pump"}


def too_early(traced: Iterable[Call], port: str) -> tuple[int, list[bytes]]:
    """Return how many strokes left through `port`, and those that left before their intent was synced."""
    written, syncing, durable = set[int](), set[int](), set[int]()
    strokes, early = 0, list[bytes]()
    for call in traced:
        journal = call.path.endswith("/journal.sqlite-wal")
        if journal and call.name == "pwrite64":
            written |= intents(call.data)
        elif journal and call.name in {"fsync", "fdatasync"} and not call.ended:
            syncing = set(written)
        elif journal and call.name in {"fsync", "fdatasync"}:
            durable |= syncing
        elif call.path == port and call.name == "write" and not call.ended and _STROKE.search(call.data):
            strokes += 1
            if len(durable) < strokes:
                early.append(call.data)
    return strokes, early


def test_a_stroke_leaves_after_the_sync_of_its_intent_has_returned(tmp_path: Path) -> None:
    """Before the first byte of the pump's n-th stroke is written, n of its intents have been synced by the kernel."""
    trace = tmp_path / "trace"
    program: list[str | Path] = [*STRACE, "-e", f"trace={CALLS}", "-o", trace, *AUTOSYNTH]
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench, recipe=ONE_DOSE, program=program) as run:
            assert run.ended() == 0
        with trace.open(encoding="latin-1") as lines:
            strokes, early = too_early(calls(lines), bench.ports["pump"])
    assert strokes == len(recorded(tmp_path))
    assert strokes > 5
    assert early == []


def recorded(place: Path) -> list[Event]:
    """Return the pump's intents in the record of the run at `place`."""
    (journal,) = place.glob("runs/*/journal.sqlite")
    store = JournalStore.read(journal, OsDisk())
    try:
        return [e for e in store.events() if e.kind == "intent" and e.payload["device"] == "pump"]
    finally:
        store.abandon()
