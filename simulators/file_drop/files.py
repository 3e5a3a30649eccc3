"""Which file an instrument's software writes of a sample: by its technique and what files are to end with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from simulators.file_drop import isotherm, jcamp, mzml, tables
from simulators.file_drop.exposure import Exposed

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "infrared": (".dx", ".jdx", ".csv"),
    "diffraction": (".xye", ".xy"),
    "uv_vis": (".csv",),
    "sorption": (".aif", ".csv"),
    "composition": (".csv",),
    "mass": (".mzml",),
}
"""Technique -> the files that can be written of it."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What the files say of the instrument: name, wavelength, saturation pressure, unit, and kind of mass spectra."""

    instrument: str
    wavelength_a: float
    p0_kpa: float
    content_unit: str
    spectra: str = "profile"


def ending(technique: str, suffixes: Sequence[str]) -> str:
    """Return what a technique's files end with: the first of `suffixes` that can be written of it, the usual for none.

    Raises:
        ValueError: none of them can.
    """
    known = WRITTEN[technique]
    found = next((each for each in suffixes or known if each in known), None)
    if found is None:
        raise ValueError(f"{technique} is written as {', '.join(known)}, not as {', '.join(suffixes)}")
    return found


def written(sample: Exposed, suffix: str, maker: Maker, at: datetime) -> bytes:
    """Return the file of a sample; the twin's own word for a wavelength, pressure or unit counts more."""
    wavelength_a = float(sample.more.get("wavelength_angstrom", maker.wavelength_a))
    p0_kpa = float(sample.more.get("p0_kpa", maker.p0_kpa))
    match sample.technique, suffix:
        case "infrared", ".dx" | ".jdx":
            return jcamp.infrared(sample.name, sample.x, sample.y, maker.instrument, at)
        case "infrared", _:
            return tables.columns(sample, "cm-1,A")
        case "diffraction", _:
            return tables.pattern(sample, wavelength_a, sigma=suffix == ".xye")
        case "uv_vis", _:
            return tables.columns(sample, f"Wavelength (nm),{sample.more.get('y_unit', 'Abs')}")
        case "sorption", ".aif":
            return isotherm.isotherm(sample, p0_kpa, maker.instrument, at)
        case "mass", _:
            return mzml.spectrum(sample.name, sample.x, sample.y, maker.spectra, maker.instrument, at)
        case "sorption", _:
            return tables.columns(sample, "Relative pressure (p/p0),Quantity adsorbed (cm3/g STP)")
        case _:
            return tables.contents(sample, str(sample.more.get("unit", maker.content_unit)))
