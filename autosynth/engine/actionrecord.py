"""One executed action as the history has it: what it was to do, what it has moved so far, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autosynth.journal.event import Event


@dataclass(slots=True)
class Moved:
    """Liquid that left a syringe in one phase of an action; `gain_weighted_ml` sums volume x relative gain sd."""

    volume_ml: float = 0.0
    random_var: float = 0.0
    gain_weighted_ml: float = 0.0

    def add(self, volume_ml: float, sd_ml: float, gain_rel_sd: float) -> None:
        """Count one stroke."""
        self.volume_ml += volume_ml
        self.random_var += sd_ml * sd_ml
        self.gain_weighted_ml += volume_ml * gain_rel_sd

    @property
    def sd_ml(self) -> float:
        """Return the combined standard uncertainty: calibration common to all strokes, positioning independent."""
        return float((self.random_var + self.gain_weighted_ml**2) ** 0.5)


@dataclass(slots=True)
class ActionRecord:
    """One executed action: what it was to do, what has moved so far, how it ended."""

    action: str
    started_s: float
    details: Mapping[str, Any]
    moved: dict[str, Moved] = field(default_factory=dict[str, Moved])
    marks: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    homes: list[str] = field(default_factory=list[str])
    """The last mark before each re-initialisation of the axis during the action."""
    intents: int = 0
    """How many strokes were begun in it."""
    dosed_mg: float = 0.0
    dosed_var_mg2: float = 0.0
    """Powder that was weighed in, by a head or by hand."""
    weighed: tuple[float, float] | None = None
    """What a balance told in it last, and its standard uncertainty, mg."""
    milled_s: float = 0.0
    milled_var_s2: float = 0.0
    energy_j_g: float = 0.0
    """How long a jar was milled in it, and what that brought."""
    folder: str = ""
    """Where the last block of scans that was finished in it is, at the spectrometer."""
    done_s: float | None = None
    result: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def homed_after(self, mark: str) -> bool:
        """Return whether the axis was re-initialised after `mark` was set."""
        order = list(self.marks)
        return any(home in order and order.index(home) >= order.index(mark) for home in self.homes)

    def count(self, phase: str, moved_ml: float, sd_ml: float, gain_rel_sd: float) -> None:
        """Count one stroke of liquid."""
        self.moved.setdefault(phase, Moved()).add(moved_ml, sd_ml, gain_rel_sd)

    @property
    def cycled_ml(self) -> float:
        """Return the volume that its finished cycles of a transfer have moved, gas drawn for liquid included, mL."""
        return sum(float(mark["liquid_ml"]) for name, mark in self.marks.items() if name.startswith("end"))

    def phase_ml(self, phase: str) -> float:
        """Return the volume that left the syringe in `phase` (negative: drawn in), in mL."""
        return self.moved[phase].volume_ml if phase in self.moved else 0.0


def cut_off(event: Event) -> bool:
    """Tell whether an event settles a stroke that nobody saw to its end."""
    return event.kind == "settled" and str(event.payload["verdict"]) == "partly"
