"""Columns of numbers as instruments export them: powder patterns, UV-vis spectra, isotherms, element contents.

Heads and separators differ from maker to maker; these are common ones, and so assumed.
"""

from collections.abc import Iterable

import numpy as np

from simulators.file_drop.exposure import Exposed


def pattern(sample: Exposed, wavelength_a: float, *, sigma: bool) -> bytes:
    """Return a powder pattern: 2theta in degrees, counts and, with `sigma`, their standard uncertainty."""
    head = [f"# {sample.name}", f"# wavelength = {wavelength_a:.5f} A", f"# 2theta  counts{'  sigma' if sigma else ''}"]
    sd = np.sqrt(np.maximum(sample.y, 1.0))
    rows = (
        f"{angle:.5f} {counts:.3f} {each:.3f}" if sigma else f"{angle:.5f} {counts:.3f}"
        for angle, counts, each in zip(sample.x, sample.y, sd, strict=True)
    )
    return _text([*head, *rows])


def columns(sample: Exposed, head: str) -> bytes:
    """Return two columns, separated by commas below a head."""
    rows = (f"{place:.6g},{value:.8g}" for place, value in zip(sample.x, sample.y, strict=True))
    return _text([head, *rows])


def contents(sample: Exposed, unit: str) -> bytes:
    """Return what was found of each element, with its standard deviation if the twin says a relative one."""
    rel_sd = float(sample.more.get("rel_sd", 0.0))
    rows = (
        f"{sample.name},{element},{value:.8g},{abs(value) * rel_sd:.4g},{unit}"
        for element, value in ((element, float(each)) for element, each in sample.elements.items())
    )
    return _text(["Sample,Element,Mean,SD,Unit", *rows])


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
