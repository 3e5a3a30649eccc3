"""Solids on a bench of real models: a dosing head, an infuser's syringe, and files of what a person put in."""

from typing import Any

import pytest

from simulators.bench import SimulatedBench
from tests.simulators.twin.millroom import millroom

MODELS: dict[str, dict[str, Any]] = {
    "mill": {"model": "file_drop"},
    "spectrometer": {"model": "file_drop", "options": {"techniques": "infrared"}},
    "diffractometer": {"model": "file_drop", "options": {"techniques": "diffraction", "wavelength_a": 0.45411}},
    "adsorber": {"model": "file_drop", "options": {"techniques": "sorption"}},
    "chemist": {"model": "file_drop", "options": {"techniques": "uv_vis composition"}},
}


@pytest.mark.parametrize(
    ("device", "technique"),
    [
        ("spectrometer", "infrared"),
        ("diffractometer", "diffraction"),
        ("adsorber", "sorption"),
        ("chemist", "uv_vis"),
        ("chemist", "composition"),
    ],
)
def test_what_a_person_puts_in_comes_out_as_a_file(device: str, technique: str) -> None:
    """Every technique's rendered data are what its instrument can write, after its time and under its name."""
    bench = SimulatedBench({**millroom(), "devices": MODELS, "lines": []}, 1)
    bench.handle({"do": "open", "vessel": "jar"}, 5.0)
    task = {"do": "expose", "device": device, "vessel": "jar", "name": "block1", "technique": technique, "washed": True}
    assert bench.handle(task, 10.0)["name"] == "block1"
    assert bench.files() == []
    bench.advance(1000.0)
    files = dict(bench.files())
    assert [path for path in files if path.startswith(f"{device}/block1")]
    assert all(len(content) > 50 for content in files.values())
