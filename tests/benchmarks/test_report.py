"""What the report of a long run costs: many measurements, drawn from the fits that the run kept."""

import time
from pathlib import Path

import pytest

from autosynth.report.page import write_report
from tests.autosynth.report.runs import run_small

ROUNDS = 25


def test_cost_of_a_report_with_many_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of the 25 voltammograms is drawn with its fit; time and size are printed."""
    folder = run_small(tmp_path, rounds=ROUNDS)
    began = time.perf_counter()
    page = write_report(folder).read_text(encoding="utf-8")
    took_s = time.perf_counter() - began
    with capsys.disabled():
        print(f"\nreport of {ROUNDS} measurements: {took_s:.2f} s, {len(page) / 1e6:.2f} MB")
    assert page.count("<figure>") == ROUNDS + 4
