"""Scans are read back beside the event loop in real time, and on it in virtual time."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from autosynth.clock import run_real
from autosynth.engine import voltammetric
from autosynth.engine.laboratory import Laboratory
from autosynth.errors import AnalysisError

ASKED = {"cell": "cell", "rate_v_s": 0.1, "offset_v": 0.0, "offset_sd_v": None}


@pytest.mark.parametrize("threaded", [True, False])
def test_a_scan_is_read_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch, threaded: bool) -> None:
    """A large file is parsed for a second, and watchdogs are fed meanwhile."""
    read_by: list[int] = []

    def read(path: Path, **_: Any) -> list[Any]:
        read_by.append(threading.get_ident())
        return [path, path]

    monkeypatch.setattr(voltammetric, "read_voltammograms", read)
    plan = SimpleNamespace(station=SimpleNamespace(ambient_c=25.0))
    lab = SimpleNamespace(history=None, folder=SimpleNamespace(path=Path("run")), plan=plan, threaded=threaded)
    technique = voltammetric.Voltammetric(cast("Laboratory", lab))

    async def main() -> None:
        with pytest.raises(AnalysisError, match=r"scan1.txt holds 2 scans, one was made"):
            await technique._read("scan1.txt", ASKED)
        assert (read_by[0] != threading.get_ident()) is threaded

    run_real(main())
