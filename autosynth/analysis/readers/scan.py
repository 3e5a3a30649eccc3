"""One scan as a file holds it, before anything is known of electrode and reference."""

from dataclasses import dataclass

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class RawScan:
    """Seconds, V as the instrument counts them, A (anodic positive); current is NaN where the range overflowed."""

    t_s: Array
    potential_v: Array
    current_a: Array
    has_time: bool
    """The file told times; otherwise `t_s` counts points and the scan rate must be given."""


def since_first(t_s: Array) -> Array:
    """Return times counted from the first.

    Raises:
        AnalysisError: one is not finite.
    """
    if not np.isfinite(t_s).all():
        raise AnalysisError("a time of the scan is not a finite number")
    return np.asarray(t_s - t_s[0], dtype=np.float64)
