"""An infrared spectrum as JCAMP-DX 4.24 (McDonald and Wilks, Appl. Spectrosc. 42, 151, 1988), in plain numbers (AFFN).

Evenly spaced points become `##XYDATA= (X++(Y..Y))`: each line begins with its first abscissa, which a reader can check,
and goes on with ordinates as whole numbers of YFACTOR. Others become `##XYPOINTS= (XY..XY)`. As most software does, it
goes from high wavenumbers to low. Left out: compressed forms (SQZ, DIF, DUP), links of blocks, peak tables.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LARGEST = 999_999_999
"""The largest ordinate as it is written."""
WIDTH = 80
"""Characters of a line, at most."""
EVEN_REL = 1e-6
"""Spacings are even when no point is further from its place than this part of one."""


def infrared(title: str, wavenumbers: Array, absorbance: Array, instrument: str, at: datetime) -> bytes:
    """Return the file of a spectrum: wavenumbers in 1/cm, decadic absorbance, both of shape (points,)."""
    order = np.argsort(wavenumbers)[::-1]
    x, y = wavenumbers[order], absorbance[order]
    factor = max(float(np.max(np.abs(y))), 1e-9) / LARGEST
    whole = np.rint(y / factor).astype(np.int64)
    step = float(x[-1] - x[0]) / max(len(x) - 1, 1)
    even = bool(np.all(np.abs(x - (x[0] + step * np.arange(len(x)))) <= EVEN_REL * max(abs(step), 1e-12)))
    lines = [f"##{label}={value}" for label, value in _labels(title, x, y, factor, step, instrument, at).items()]
    if even and len(x) > 1:
        lines += ["##XYDATA=(X++(Y..Y))", *_rows(x, whole)]
    else:
        lines += ["##XYPOINTS=(XY..XY)", *(f"{place:.6f}, {value}" for place, value in zip(x, whole, strict=True))]
    return "".join(f"{line}\r\n" for line in [*lines, "##END="]).encode("ascii", "replace")


def _labels(
    title: str, x: Array, y: Array, factor: float, step: float, instrument: str, at: datetime
) -> Mapping[str, str]:
    return {
        "TITLE": title,
        "JCAMP-DX": "4.24",
        "DATA TYPE": "INFRARED SPECTRUM",
        "ORIGIN": "simulated bench",
        "OWNER": "simulated bench",
        "DATE": f"{at:%y/%m/%d}",
        "TIME": f"{at:%H:%M:%S}",
        "SPECTROMETER/DATA SYSTEM": instrument,
        "XUNITS": "1/CM",
        "YUNITS": "ABSORBANCE",
        "XFACTOR": "1.0",
        "YFACTOR": f"{factor:.12E}",
        "FIRSTX": f"{x[0]:.6f}",
        "LASTX": f"{x[-1]:.6f}",
        "DELTAX": f"{step:.9f}",
        "MAXX": f"{np.max(x):.6f}",
        "MINX": f"{np.min(x):.6f}",
        "MAXY": f"{np.max(y):.9f}",
        "MINY": f"{np.min(y):.9f}",
        "NPOINTS": f"{len(x)}",
        "FIRSTY": f"{y[0]:.9f}",
    }


def _rows(x: Array, whole: npt.NDArray[np.int64]) -> Iterator[str]:
    """Yield lines of as many ordinates as fit, each after the abscissa of its first."""
    line = ""
    for place, value in zip(x, whole, strict=True):
        word = f" {value}"
        if line and len(line) + len(word) > WIDTH:
            yield line
            line = ""
        line = line or f"{place:.6f}"
        line += word
    yield line
