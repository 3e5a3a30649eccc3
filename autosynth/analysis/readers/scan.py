"""One scan as a file holds it, before anything is known of electrode and reference."""

from dataclasses import dataclass

from autosynth.analysis.arrays import Array


@dataclass(frozen=True, slots=True)
class RawScan:
    """Seconds, V as the instrument counts them, A (anodic positive); current is NaN where the range overflowed."""

    t_s: Array
    potential_v: Array
    current_a: Array
    has_time: bool
    """The file told times; otherwise `t_s` counts points and the scan rate must be given."""
