"""A journal whose chain is right and whose events mean nothing: whoever can write the file can make one."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from autosynth.clock import VirtualClock, run_virtual
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.errors import JournalCorruptError
from autosynth.journal.disk import OsDisk
from autosynth.journal.journal import Journal
from autosynth.station.load import load_station

STATION = Path(__file__).parents[2] / "stations" / "one_vessel.yaml"


def forge(folder: Path, kind: str, payload: dict[str, Any]) -> None:
    """Write a journal of one event."""

    async def write() -> None:
        clock = VirtualClock(asyncio.get_running_loop())
        journal = Journal.create(folder / "journal.sqlite", OsDisk(), clock, {}, threaded=False)
        journal.record(kind, payload)
        await journal.close()

    run_virtual(write())


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("intent", {}),
        ("intent", {"device": "pump", "stroke": [], "phase": "dispense"}),
        ("state", {"to": "FLYING"}),
        ("outcome", {"intent": "first"}),
        ("run.opened", {"inventory": 7}),
        ("measured", {"quantities": "all"}),
    ],
)
def test_an_event_that_means_nothing_is_damage_of_the_record(
    tmp_path: Path, kind: str, payload: dict[str, Any]
) -> None:
    """It is named by its number and kind, as any other damage; no fault of the program is shown for it."""
    forge(tmp_path, kind, payload)
    with pytest.raises(JournalCorruptError, match=rf"event 1 \({kind}\) means nothing on this station"):
        read_history(RunFolder(tmp_path), load_station(STATION), OsDisk())
