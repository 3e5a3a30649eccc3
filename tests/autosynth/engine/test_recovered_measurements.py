"""What a cell has taught is learnt again after a crash, from the scans that were used, as far as they can be read."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.voltammetry import Voltammogram
from autosynth.engine.machine import RunState
from autosynth.journal.event import Event
from tests.autosynth.analysis.rendering import pom_library
from tests.autosynth.engine.bench_run import BRANCHED, event_of, prepare
from tests.autosynth.engine.crashes import Death, Lives, mortal

FIT = (
    "measure: {voltammetry: {begin: 0 V, vertex1: -1 V, vertex2: 0 V, rate: 0.5 V/s, step: 5 mV}, of: reactor, "
    "sample: 0.25 mL, in: cell, as: NAME, clean: false, scans_at_most: 2}"
)
"""Large enough that waves of the twin's solution are found."""


def fitted(folder: Path, *, rounds: int = 0) -> Lives:
    """Return the lives of a run that measures the same solution as cv and as cw, and again if there are rounds."""
    cv, cw = (FIT.replace("NAME", name) for name in ("cv", "cw"))
    steps = f"- {cv}\n- {cw}\n"
    if rounds:
        steps = f"- repeat: {{name: again, at_most: {rounds}, steps: [{{{cv}}}, {{{cw}}}]}}\n"
    dose = "- add: {reagent: SiW9, to: reactor, volume: 4 mL, rate: 5 mL/min}\n"
    lab = prepare(folder, dose + steps, station=BRANCHED)
    lab.setup = replace(lab.setup, library=pom_library())
    return mortal(lab)


def spoil(lives: Lives, action: str) -> None:
    """Spoil a scan's file as soon as it is on record: a medium that fails."""
    recorded = event_of("action.done", action=action)

    def happens(event: Event) -> None:
        if recorded(event):
            (lives.folder.path / event.payload["file"]).write_bytes(b"eM0005\nno package\n")

    lives.lab.watchers.append(happens)


def test_a_recovery_learns_from_the_scans_that_were_used(tmp_path: Path) -> None:
    """A scan that could not be read when it was made is passed over again, and the run goes on as it would have."""
    ends: list[Mapping[str, Any]] = []
    for dies in (False, True):
        lives = fitted(tmp_path / str(dies))
        spoil(lives, "2/scan1")
        death = Death(event_of("measured", action="2"), delay_s=1.0, keep_all=True) if dies else None
        assert lives.live(death=death) is dies
        assert not (dies and lives.recover(30.0))
        assert lives.end.state is RunState.COMPLETE
        first, second = [event.payload for event in lives.journal() if event.kind == "measured"]
        assert (first["used"], len(first["files"])) == (["data/2_cv/scan2.txt"], 2)
        assert first["quantities"]
        assert [each["what"] for each in lives.end.history.deviations if each["action"] == "3"] == []
        ends.append(second["quantities"].keys())
    assert ends[0] == ends[1]


def test_scans_that_became_unreadable_are_a_deviation(tmp_path: Path) -> None:
    """What was used and cannot be read after a crash costs what the cell had taught, and not the run."""
    lives = fitted(tmp_path)
    assert lives.live(death=Death(event_of("measured", action="2"), delay_s=1.0, keep_all=True))
    for path in (lives.folder.path / "data").rglob("*.txt"):
        path.unlink()
    assert not lives.recover(30.0)
    assert lives.end.state is RunState.COMPLETE
    (lost,) = [each for each in lives.end.history.deviations if each["what"] == "earlier scans not readable"]
    assert (lost["action"], lost["as"]) == ("3", "cv")
    assert "cannot read" in lost["reason"]


def test_earlier_scans_are_learnt_from_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements under several names in one cell are computed again in the order in which they were made."""
    lives = fitted(tmp_path, rounds=2)
    assert lives.live(death=Death(event_of("measured"), nth=3, delay_s=1.0, keep_all=True))
    read: list[str] = []

    def noted(path: Path, **given: Any) -> list[Voltammogram]:
        read.append(path.parent.name)
        return read_voltammograms(path, **given)

    monkeypatch.setattr("autosynth.engine.voltammetric.read_voltammograms", noted)
    assert not lives.recover(30.0)
    assert list(dict.fromkeys(read)) == ["2.1-1_cv", "2.2-1_cw", "2.1-2_cv", "2.2-2_cw"]
