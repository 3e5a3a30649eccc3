"""A simulated bench with one instrument that writes files, whose twin shows what a test puts in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simulators.bench import SimulatedBench
from simulators.device import Twin
from simulators.file_drop.face import FileDropFace, build
from tests.simulators.recording_twin import RecordingTwin

WAVENUMBERS = np.linspace(700.0, 1800.0, 551)
MZ = np.arange(3890.0, 3910.0, 0.02)
PEAKS = 80.0 * np.exp(-(((MZ[:, None] - [3899.0, 3899.5, 3900.0]) / 0.08) ** 2)).sum(axis=1)
BAND = np.exp(-(((WAVENUMBERS - 1642.0) / 9.0) ** 2)) * 0.7 + 0.01
ANGLES = np.arange(2.0, 5.0, 0.004)
SHOWN: Mapping[str, Mapping[str, Any]] = {
    "infrared": {"x": WAVENUMBERS.tolist(), "y": BAND.tolist()},
    "diffraction": {"x": ANGLES.tolist(), "y": (200.0 + 900.0 * np.exp(-(((ANGLES - 3.4) / 0.02) ** 2))).tolist()},
    "uv_vis": {"x": np.arange(350.0, 900.0, 1.0).tolist(), "y": np.linspace(0.9, 0.1, 550).tolist()},
    "sorption": {"x": [1e-4, 1e-3, 1e-2, 0.05, 0.3, 0.9], "y": [120.0, 210.5, 240.0, 251.25, 270.0, 281.0]},
    "composition": {"elements": {"Ru": 1.505, "Cu": 3.01}, "unit": "mmol/g", "rel_sd": 0.01},
    "mass": {"x": MZ.tolist(), "y": np.round(PEAKS).tolist()},
}
"""Technique -> what the twin renders."""


class ExposingBench:
    """One instrument named `device`; `put` is a person at it."""

    def __init__(self, options: Mapping[str, Any], faults: Sequence[str] = ()) -> None:
        self.twin = RecordingTwin()
        described = {"devices": {"device": {"model": "file_drop", "address": "device", "options": dict(options)}}}
        self.bench = SimulatedBench(described, 7, faults, {"file_drop": self._build})

    def _build(self, name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> FileDropFace:
        return build(name, spec, self.twin, rng)

    def put(self, t_s: float, technique: str, name: str, **more: Any) -> None:
        """Put a sample in and have it measured."""
        self.twin.exposures.setdefault("device", []).append(
            {"name": name, "technique": technique, "at_s": t_s, **SHOWN[technique], **more}
        )
        self.bench.handle({"do": "measure", "device": "device"}, t_s)

    def dropped(self, t_s: float) -> list[tuple[str, bytes]]:
        """Return what has been written by a time, since the last call."""
        self.bench.advance(t_s)
        return self.bench.files()
