"""Isotherms in the Adsorption Information File, the field's own text format, as makers and pyGAPS write it.

Evans et al., Langmuir 37 (2021) 4222: keys and values as in a CIF, points in loops. The adsorption branch is read; a
desorption loop is passed over. Units that are not known are refused, and so is a loop that is cut.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.readers.columns import read_text
from autosynth.analysis.sorption.isotherm import Isotherm
from autosynth.errors import AnalysisError
from autosynth.files import lines_of

IDEAL_ML_MMOL = 22.41397
"""Volume of a millimole of an ideal gas at 0 °C and 101.325 kPa, mL (CODATA)."""
LOADINGS = {
    "mmol/g": 1.0, "mol/kg": 1.0, "cm3(stp)/g": 1.0 / IDEAL_ML_MMOL, "ml(stp)/g": 1.0 / IDEAL_ML_MMOL,
}  # fmt: skip
"""Unit of a loading as `_plain` writes it -> mmol/g. A volume that does not say STP may be one of liquid: refused."""
PRESSURE, SATURATION, AMOUNT = "_adsorp_pressure", "_adsorp_p0", "_adsorp_amount"
_TOKEN = re.compile(
    r"'(?P<single>[^']*)'(?=\s|$)|\"(?P<double>[^\"]*)\"(?=\s|$)|(?P<bare>[^\s'\"#][^\s]*)|(?P<note>#.*)"
)
RELATIVE = {"relative", "p/p0", "1"}
KELVIN = {"k": 0.0, "°c": 273.15, "c": 273.15}


@dataclass(slots=True)
class _Loop:
    names: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read_isotherm(path: Path) -> Isotherm:
    """Read the adsorption branch that a file holds.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 64 MB.
        AnalysisError: it is no such file, lacks gas, temperature or points, is in a unit that is not known, or a line
            is damaged; the message names file and line.
    """
    return isotherm_of(read_text(path), str(path))


def isotherm_of(text: str, file: str) -> Isotherm:
    """Return the adsorption branch that a text holds, as `read_isotherm` does; `file` is what messages call it.

    Raises:
        AnalysisError: see there.
    """
    keys, loops = _parsed(text, file)
    loop = next((each for each in loops if AMOUNT in each.names), None)
    if loop is None or not loop.rows:
        raise AnalysisError(f"{file}: no loop with {AMOUNT} and points: it holds no adsorption branch")
    pressure = _column(loop, PRESSURE, file)
    loading = _column(loop, AMOUNT, file) * _loading(keys, file)
    with np.errstate(over="ignore", invalid="ignore"):
        relative = pressure / _saturation(loop, keys, file)
        steps = np.diff(relative)
    for i, step in enumerate(steps):
        if not step > 0.0:
            raise AnalysisError(f"{file}:{loop.rows[i + 1][0]}: the pressure does not rise")
    kelvin = _temperature(keys, file)
    title = keys.get("_adsnt_material_id", keys.get("_sample_material_id", ""))
    return Isotherm(relative, loading, _text(keys, "_exptl_adsorptive", file), kelvin, title, file)


def is_isotherm(path: Path) -> bool:
    """Tell whether a file is named as an Adsorption Information File is."""
    return path.suffix.lower() == ".aif"


def _parsed(text: str, file: str) -> tuple[dict[str, str], list[_Loop]]:
    keys: dict[str, str] = {}
    loops: list[_Loop] = []
    loop: _Loop | None = None
    for number, line in enumerate(lines_of(text), start=1):
        words = _words(line, f"{file}:{number}")
        if not words or words[0].startswith("data_"):
            continue
        if words[0] == "loop_":
            loop = _Loop([word for word in words[1:] if word.startswith("_")])
            loops.append(loop)
        elif words[0].startswith("_") and loop is not None and not loop.rows and len(words) == 1:
            loop.names.append(words[0])
        elif words[0].startswith("_"):
            loop = None
            keys[words[0]] = " ".join(words[1:])
        elif loop is None:
            raise AnalysisError(f"{file}:{number}: {line.strip()[:40]!r} belongs to no key and no loop")
        elif len(words) != len(loop.names):
            raise AnalysisError(f"{file}:{number}: {len(loop.names)} values are wanted, found {len(words)}")
        else:
            loop.rows.append((number, words))
    return keys, loops


def _words(line: str, place: str) -> list[str]:
    """Return the words of a line, quoted ones whole; AnalysisError for a quotation that does not end."""
    found, at, text = [], 0, line.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise AnalysisError(f"{place}: {text[at : at + 30]!r} does not end")
        if match["note"] is not None:
            break
        found.append(next(each for each in match.groups() if each is not None))
        at = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    return found


def _column(loop: _Loop, name: str, file: str) -> Array:
    if name not in loop.names:
        raise AnalysisError(f"{file}: the loop has no {name}, only {', '.join(loop.names)}")
    place = loop.names.index(name)
    return np.array([_number(words[place], f"{file}:{line}") for line, words in loop.rows])


def _number(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise AnalysisError(f"{place}: {text[:30]!r}, a finite number is wanted")
    return value


def _text(keys: Mapping[str, str], name: str, file: str) -> str:
    if not keys.get(name):
        raise AnalysisError(f"{file}: it tells no {name}")
    return keys[name]


def _loading(keys: Mapping[str, str], file: str) -> float:
    unit = _text(keys, "_units_loading", file)
    if _plain(unit) not in LOADINGS:
        raise AnalysisError(f"{file}: _units_loading is {unit[:30]!r}, one of {', '.join(LOADINGS)} is wanted")
    return LOADINGS[_plain(unit)]


def _plain(unit: str) -> str:
    """Return one spelling of `cm^3(STP) g^-1`, `cm3(STP)/g` and `ml(STP) g-1`."""
    bare = unit.lower().replace("^", "").replace("³", "3")
    return re.sub(r"\s+(g|kg)-1$", r"/\1", bare).replace(" ", "")


def _temperature(keys: Mapping[str, str], file: str) -> float:
    unit = keys.get("_units_temperature", "K")
    if unit.lower() not in KELVIN:
        raise AnalysisError(f"{file}: _units_temperature is {unit[:30]!r}, K or °C is wanted")
    return _number(_text(keys, "_exptl_temperature", file), file) + KELVIN[unit.lower()]


def _saturation(loop: _Loop, keys: Mapping[str, str], file: str) -> Array | float:
    """Return what pressures are divided by: of each point, one told for all, or 1 where they are relative."""
    mode = keys.get("_units_pressure", "").lower()
    if SATURATION in loop.names:
        found = _column(loop, SATURATION, file)
        for (line, _), value in zip(loop.rows, found, strict=True):
            if not value > 0.0:
                raise AnalysisError(f"{file}:{line}: a saturation pressure of {value:g}")
        return found
    if mode in RELATIVE:
        return 1.0
    told = _number(keys["_exptl_p0"], file) if "_exptl_p0" in keys else 0.0
    if not told > 0.0:
        raise AnalysisError(f"{file}: pressures in {mode or 'no unit'} without {SATURATION}: relative ones are wanted")
    return told
