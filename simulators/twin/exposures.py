"""Samples that a person puts into instruments which measure on their own: taken now, rendered now, fetched later.

An aliquot is a part of everything in a jar. Washed and dried in a hurry it loses its liquids and soluble salts, but
keeps the ruthenium ligand, which dissolves slowly [assumption].
"""

from collections.abc import Mapping
from typing import Any

import numpy as np


class Exposures:
    """What waits in which instrument, and how this bench's solids look."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._waiting: dict[str, list[dict[str, Any]]] = {}

    def collect(self, device: str, t_s: float) -> Mapping[str, Any] | None:
        """Return what was put into an instrument by `t_s`, the oldest first, each once; None for nothing."""
        waiting = self._waiting.get(device)
        return waiting.pop(0) if waiting and waiting[0]["at_s"] <= t_s else None

    def describe(self) -> dict[str, Any]:
        """Return the bench's true bands and lattices, JSON-able."""
        return {}
