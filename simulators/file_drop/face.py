"""An instrument that a person works at: put in, measured for its time, saved under the name the person gave it.

It hears nothing and says nothing: a person's doing reaches it by `hand`, and its file is all that ever comes. Cut power
loses what is being measured, and what was written of a file stays. Assumed: times, and how a file grows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.file_drop.exposure import exposed
from simulators.file_drop.files import WRITTEN, Maker, ending, written
from simulators.file_drop.queue import Queue
from simulators.options import read_options


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description; lists are texts with spaces between.

    Attributes:
        suffixes: What files may end with; of several the first that fits the technique is written.
        pattern: What stands before the suffix; `{name}` is the measurement's name.
        acquisition_s: How long one measurement takes.
        writing_s, pieces: How long its file then grows, and in how many steps.
        wavelength_a, p0_kpa, content_unit: Of X-rays, of the adsorptive, of element contents.
        spectra, ions, lock_mass: Of mass spectra: profile or centroid, how many ions of a sample are counted at most,
            and whether a lock mass is sprayed along.
    """

    techniques: str = "infrared"
    suffixes: str = ""
    pattern: str = "{name}"
    acquisition_s: float = 300.0
    writing_s: float = 4.0
    pieces: int = 5
    instrument: str = "simulated instrument"
    wavelength_a: float = 1.54059
    p0_kpa: float = 101.325
    content_unit: str = "mmol/g"
    spectra: str = "profile"
    ions: int = 10_000
    lock_mass: bool = True
    opened_at: str = "2026-01-05T09:00:00"


class FileDropFace:
    """One instrument and its folder."""

    faults = frozenset({"file_late", "file_truncated", "file_foreign"})

    def __init__(self, name: str, options: Options, twin: Twin) -> None:
        self.link = Link("folder", 0, "")
        self._name = name
        self._options = options
        self._twin = twin
        self._techniques = options.techniques.split()
        self._maker = Maker(
            options.instrument, options.wavelength_a, options.p0_kpa, options.content_unit, options.spectra
        )
        self._queue = Queue(options.acquisition_s, options.writing_s, options.pieces)
        self._dropped: list[tuple[str, bytes]] = []

    def hand(self, t_s: float, task: Mapping[str, Any]) -> dict[str, Any]:
        """Measure what a person has put in; the twin knows what that is. A person sees how many samples wait.

        Raises:
            ValueError: it is nothing that is measured here.
        """
        self.advance(t_s)
        return {"waiting": len(self._queue.jobs)}

    def _take(self, t_s: float) -> None:
        """Ask the twin for samples that were put in."""
        while (given := self._twin.exposure(self._name, t_s)) is not None:
            sample = exposed(given, self._techniques)
            suffix = ending(sample.technique, self._options.suffixes.split())
            begun_s = max(sample.at_s, t_s)
            at = datetime.fromisoformat(self._options.opened_at) + timedelta(seconds=begun_s)
            path = self._options.pattern.replace("{name}", sample.name) + suffix
            self._queue.add(path, written(sample, suffix, self._maker, at), begun_s)

    def receive(self, t_s: float, data: bytes) -> None:
        """Hear nothing."""
        self.advance(t_s)

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Say nothing."""
        return []

    def advance(self, t_s: float) -> float | None:
        """Take samples, measure and write; return when the next piece of a file will be written.

        The bench asks after everything that a person does, so that nobody has to look again and again.

        Raises:
            ValueError: a sample is nothing that is measured here.
        """
        self._take(t_s)
        while (next_s := self._queue.next_s()) is not None and next_s <= t_s:
            self._dropped += self._queue.advance(next_s)
        return next_s

    def dropped(self, t_s: float) -> list[tuple[str, bytes]]:
        """Hand over what was written since the last call."""
        self.advance(t_s)
        dropped, self._dropped = self._dropped, []
        return dropped

    def power_cycle(self, t_s: float) -> None:
        """Lose what is being measured or written."""
        self.advance(t_s)
        self._queue.lose(t_s)

    def opened(self, t_s: float) -> None:
        """Nobody connects."""

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Suffer a fault; see `simulators.faultkinds`. Files are counted from when the fault is there.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        match fault:
            case "file_late":
                self._queue.delay(values["for"])
            case "file_truncated":
                self._queue.short.add(self._queue.begun + int(values["n"]))
            case "file_foreign":
                self._queue.foreign.add(self._queue.begun + int(values["n"]))
            case _:
                raise ValueError(f"an instrument knows no fault {fault!r}; it has {', '.join(sorted(self.faults))}")

    def waits(self, fault: str) -> bool:
        """Tell whether a file is yet to be late or spoilt."""
        return self._queue.waits(fault)

    def state(self) -> dict[str, Any]:
        """Return what is being measured, what waits, and how many files have been begun."""
        paths = [job.path for job in self._queue.jobs]
        writing = self._queue.coming[0][1] if self._queue.coming else None
        return {
            "measuring": paths[0] if paths else None,
            "waiting": paths[1:],
            "writing": writing,
            "files": self._queue.begun,
        }


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> FileDropFace:
    """Build an instrument that nobody has put anything into.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    options = read_options(Options, spec.get("options", {}))
    techniques = options.techniques.split()
    if unknown := [each for each in techniques if each not in WRITTEN]:
        raise ValueError(f"{name}: {unknown[0]!r} is none of {', '.join(WRITTEN)}")
    if not techniques or "{name}" not in options.pattern or set(options.pattern) & set("/\\"):
        raise ValueError(f"{name}: an instrument has a technique, and a file's name in a folder has {{name}} in it")
    if not (options.acquisition_s > 0.0 and options.writing_s >= 0.0 and options.pieces >= 1):
        raise ValueError(f"{name}: times are above zero, and a file is written in one piece at least")
    if options.spectra not in {"profile", "centroid"}:
        raise ValueError(f"{name}: spectra: {options.spectra!r} is neither profile nor centroid")
    for each in techniques:
        ending(each, options.suffixes.split())
    return FileDropFace(name, options, twin)
