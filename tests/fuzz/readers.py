"""Everything that reads files: bent recipes, stations, rules, libraries and tables give problems, never anything else.

Time is bounded by what is put in: no reader may take more steps than a fixed number for each byte; steps are counted
as calls of Python functions, which no other process on the machine changes.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from autosynth.analysis.adsorbates import parse_adsorbates
from autosynth.analysis.bands import parse_bands
from autosynth.analysis.libraries import parse_any_library
from autosynth.analysis.nmr.curvefile import spectrum_from_table
from autosynth.analysis.readers.composition import contents_of
from autosynth.analysis.readers.infrared import spectrum_of
from autosynth.analysis.readers.isotherm import isotherm_of
from autosynth.analysis.readers.limits import check_packed, check_parameters
from autosynth.analysis.readers.powder import parse_pattern
from autosynth.analysis.readers.voltammetry import scans_of, voltammogram
from autosynth.analysis.voltammetry.curvefile import curves_from_table
from autosynth.analysis.voltammetry.trace import Electrode
from autosynth.errors import AutosynthError, InputError
from autosynth.journal.export import parse_lines
from autosynth.plan.rulebook import Rulebook
from autosynth.recipe.load import parse_recipe
from autosynth.station.load import parse_station
from autosynth.wire.transcript import parse_transcript
from drivers.file_drop.wholeness import KINDS, fault
from tests.drivers.file_drop.texts import WHOLE
from tests.fuzz.batches import Batch
from tests.fuzz.mutation import mutated
from tests.fuzz.texts import bent

ROOT = Path(__file__).parents[2]
CALLS_EACH, CALLS = 400, 2_000_000
"""Calls of Python functions for each byte of input, and besides."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of texts, what it is given to begin with, and how that is bent."""

    read: Callable[[str], object]
    texts: Callable[[], Sequence[str]]
    marked: bool = False
    """Whether each problem has to have a place."""
    structured: bool = True


@cache
def shipped(*patterns: str) -> Sequence[str]:
    """Return the texts of files of the repository."""
    found = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
    if not found:
        raise LookupError(f"nothing is called {patterns}")
    return tuple(path.read_text(encoding="utf-8") for path in found)


def _rules(text: str) -> None:
    Rulebook().read_rules(text, "rules.yaml")


def _scan(text: str) -> None:
    for scan in scans_of(text):
        voltammogram(scan, 0.1, 0.4, Electrode(), 25.0)


def _tables() -> Sequence[str]:
    rows = [(0.01 * n, 0.5 - 0.01 * n, 1e-6 * n) for n in range(60)]
    plain = "t / s,E / V,I / A\n" + "\n".join(",".join(map(str, row)) for row in rows)
    points = "# SourceMeter points: source V, reading A, seconds; sign -1\n"
    points += "\n".join(f"{e},{i},{t}" for t, e, i in rows)
    package = "".join(f"Pda{0x8000000 + n:07X}u;ba{0x8000000 - n:07X}n,10,201\n" for n in range(60))
    return plain, plain.replace(",", "\t"), points, f"e\nM0005\n{package}*\n\n"


def _patterns() -> Sequence[str]:
    rows = [(1.0 + 0.01 * n, 100 + n % 7, 10.0) for n in range(60)]
    plain = "# wavelength = 0.45411\n" + "\n".join(f"{x:.3f} {y}" for x, y, _ in rows)
    return plain, "! lambda 0.154 nm\n" + "\n".join(f"{x:.3f},{y},{sd}" for x, y, sd in rows)


def _journal() -> Sequence[str]:
    event = {
        "action": None,
        "kind": "state",
        "payload": {"to": "RUNNING"},
        "prev": "0" * 64,
        "schema": 1,
        "seq": 1,
        "t_s": 0.5,
    }
    return (json.dumps(event, sort_keys=True, separators=(",", ":")) + "\n",)


def _spectra() -> Sequence[str]:
    head = "shift / ppm\tsignal\tfit\tbaseline\tL\n"
    return head + "1\t2\t3\t4\t5\n" * 5, "E / V\tI / A\tfit / A\tbaseline / A\tL / A\n" + "1\t2\t3\t4\t5\n" * 5


def _curves(text: str) -> None:
    for read in (spectrum_from_table, curves_from_table):
        try:
            read(text.encode("utf-8", "replace"))
        except AutosynthError as error:
            str(error)


def _dropped(text: str) -> None:
    for kind in KINDS:
        if not isinstance(fault(f"a{kind}", text.encode("utf-8", "replace")), str):
            raise TypeError(kind)


def _parameters(text: str) -> None:
    content = text.encode("utf-8", "replace")
    check_packed(Path("x.dx"), content)
    check_parameters(Path("acqus"), content)


def _solids(text: str) -> None:
    """Read a text as a spectrum, as an isotherm and as a table of contents."""
    for read in (spectrum_of, isotherm_of, contents_of):
        try:
            read(text, "file")
        except AutosynthError as error:
            str(error)


def _measured() -> Sequence[str]:
    head = "##TITLE= x\n##DATA TYPE= INFRARED SPECTRUM\n##XUNITS= 1/CM\n##YUNITS= ABSORBANCE\n##XFACTOR= 1\n"
    head += "##YFACTOR= 0.001\n##FIRSTX= 1700\n##LASTX= 1682\n##NPOINTS= 10\n"
    packed = "##XYDATA= (X++(Y..Y))\n1700A00N0J00J50%T\n1690D00j0k90j20K5\n##END=\n"
    plain = "##XYPOINTS= (XY..XY)\n" + "".join(f"{1700 - 2 * n},{n}\n" for n in range(10)) + "##END=\n"
    table = "wavenumber / 1/cm,transmittance / %\n" + "".join(f"{1700 + n},{50 + n}\n" for n in range(20))
    keys = "data_x\n_exptl_adsorptive N2\n_exptl_temperature 77\n_units_loading 'cm^3(STP) g^-1'\nloop_\n"
    loop = "_adsorp_pressure\n_adsorp_p0\n_adsorp_amount\n" + "".join(f"{n} 100 {9 * n}\n" for n in range(1, 20))
    return head + packed, head + plain, table, keys + loop, "element,value,sd,unit\nCu,12.7,0.1,mg/L\nRu,10,0.1,mg/L\n"


READERS: Mapping[str, Reader] = {
    "recipe": Reader(parse_recipe, partial(shipped, "protocols/pom/*.yaml", "tests/recipes*/*.yaml"), marked=True),
    "station": Reader(
        partial(parse_station, file="station.yaml"),
        partial(shipped, "protocols/pom/station*.yaml", "tests/stations/*.yaml"),
    ),
    "rules": Reader(_rules, partial(shipped, "autosynth/plan/rules/safety.yaml", "protocols/pom/rules.yaml")),
    "library": Reader(parse_any_library, partial(shipped, "protocols/*/species/*.yaml"), marked=True),
    "bands": Reader(parse_bands, partial(shipped, "protocols/mof/species/bands.yaml"), marked=True),
    "adsorbates": Reader(parse_adsorbates, partial(shipped, "protocols/mof/species/adsorbates.yaml"), marked=True),
    "solids": Reader(_solids, _measured, structured=False),
    "tables": Reader(_scan, _tables, structured=False),
    "patterns": Reader(parse_pattern, _patterns, structured=False),
    "curves": Reader(_curves, _spectra, structured=False),
    "journal": Reader(
        lambda text: list(parse_lines(text.encode("utf-8", "replace").splitlines())), _journal, structured=False
    ),
    "parameters": Reader(
        _parameters,
        lambda: ("##TITLE= x\n##$D= (0..2)\n0 1 0\n##$NUC1= <1H>\n##XYDATA= (X++(Y..Y))\n0 A1S3\n",),
        structured=False,
    ),
    "dropped": Reader(_dropped, lambda: [each.decode() for each in WHOLE.values()], structured=False),
    "transcript": Reader(parse_transcript, partial(shipped, "tests/transcripts/*/*.txt"), structured=False),
}


def read_on(reader: Reader, chance: Random, inputs: int) -> None:
    """Put so many bent texts to a reader.

    Raises:
        Exception: what is no error of autosynth, a problem without its place, or too many steps.
    """
    texts = reader.texts()
    for _ in range(inputs):
        text = chance.choice(texts)
        if reader.structured:
            text = bent(chance, text, texts)
        else:
            text = mutated(chance, [each.encode() for each in texts]).decode("utf-8", "replace")
        with Counted(CALLS + CALLS_EACH * len(text)):
            _read(reader, text)


def _read(reader: Reader, text: str) -> None:
    try:
        reader.read(text)
    except InputError as error:
        if not error.problems or (reader.marked and any(each.mark is None for each in error.problems)):
            raise ValueError(f"a problem without its place: {error}") from error
        str(error)
    except AutosynthError as error:
        str(error)


class Counted:
    """Raises TimeoutError in whatever makes more calls of Python functions than allowed."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __enter__(self) -> None:
        sys.setprofile(self._count)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, _frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self._left -= 1
            if self._left < 0:
                sys.setprofile(None)
                raise TimeoutError("too many steps for what was put in")


BATCHES: Mapping[str, Batch] = {name: partial(read_on, reader) for name, reader in READERS.items()}
