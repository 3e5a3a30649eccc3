"""What a person has put into an instrument and what that shows, as the twin has rendered it, read strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Exposed:
    """A sample in the instrument.

    `x` and `y` are wavenumbers in 1/cm or wavelengths in nm and absorbances (or what `y_unit` in `more` says), 2theta
    in degrees and counts, or p/p0 and cm3(STP)/g; `elements` what a composition shows of each. `more` is whatever else
    the twin says of it.
    """

    name: str
    technique: str
    at_s: float
    x: Array
    y: Array
    elements: Mapping[str, Any]
    more: Mapping[str, Any]


def exposed(given: Mapping[str, Any], techniques: Sequence[str]) -> Exposed:
    """Return a sample as the twin gives it; an instrument of one technique need not be told it.

    Raises:
        ValueError: the technique is not the instrument's, or there are no data to be written.
    """
    technique = str(given.get("technique") or techniques[0])
    if technique not in techniques:
        raise ValueError(f"{given['name']}: {technique} cannot be measured here, only {', '.join(techniques)}")
    x, y = (np.asarray(given.get(key, ()), dtype=np.float64) for key in ("x", "y"))
    elements: Mapping[str, Any] = given.get("elements") or {}
    if not elements if technique == "composition" else x.ndim != 1 or x.shape != y.shape or not len(x):
        raise ValueError(f"{given['name']}: {technique} has nothing to show")
    more = {
        key: value for key, value in given.items() if key not in {"name", "technique", "at_s", "x", "y", "elements"}
    }
    return Exposed(str(given["name"]), technique, float(given.get("at_s", 0.0)), x, y, elements, more)
