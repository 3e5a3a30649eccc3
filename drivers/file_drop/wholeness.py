"""Whether a file is whole, judged by its kind from its bytes alone; what its numbers mean is the analysis's business.

JCAMP-DX says itself where it ends, so nothing that was cut short passes for whole. Columns do not: of a table that
breaks off at the end of a line nobody can tell, which is why a size that no longer changes is waited for besides. A
last line without a line end counts as broken off, unless the software never writes one. Lines end in LF or CR LF and
in nothing else: what else may pass for a line end stands in texts, such as the second byte of an angstrom's sign.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence

from drivers.file_drop.mzml import mzml_fault

COMMENTS = ("#", "'", "!", ";", "/*")
"""What begins a remark among columns of numbers, in one program or another."""
_DATA_LABELS = ("##XYDATA", "##XYPOINTS", "##DATATABLE", "##PEAKTABLE")
_SEPARATORS = (";", "\t", ",")


def fault(file: str, content: bytes, *, ended: bool = True) -> str:
    """Return what is wrong with a file of one of `KINDS`, or "" when it is whole; `ended`: its last line has to be."""
    if not content.strip():
        return "is empty"
    if b"\0" in content:
        return "is no text"
    text = content.decode("latin-1").removeprefix("ï»¿")
    kind = KINDS.get(suffix(file))
    found = f"is none of {', '.join(KINDS)}" if kind is None else kind(text)
    if not found and ended and not text.endswith("\n") and kind not in _TELLING:
        return "breaks off in its last line"
    return found


def suffix(file: str) -> str:
    """Return what a file's name ends with, in small letters."""
    return f".{file.rpartition('.')[2].lower()}" if "." in file else ""


def jcamp_fault(text: str) -> str:
    """Return what a JCAMP-DX file lacks: it begins with its title, has data and ends with its end."""
    lines = [line.strip() for line in _lines(text) if line.strip() and not line.lstrip().startswith("$$")]
    labels = [line.partition("=")[0].upper().replace(" ", "") for line in lines if line.startswith("##")]
    if not lines or not labels or not lines[0].startswith("##") or labels[0] != "##TITLE":
        return "is no JCAMP-DX file: it does not begin with ##TITLE="
    if not any(label in _DATA_LABELS for label in labels):
        return "has no data, neither ##XYDATA= nor ##XYPOINTS="
    if not lines[-1].upper().replace(" ", "").startswith("##END="):
        return "does not end with ##END="
    return ""


def xy_fault(text: str) -> str:
    """Return what is wrong with two columns of numbers or more."""
    return _columns_fault(text, 2)


def xye_fault(text: str) -> str:
    """Return what is wrong with three columns of numbers or more."""
    return _columns_fault(text, 3)


def _columns_fault(text: str, fewest: int) -> str:
    """Every line below the first row of numbers is a row, as wide as that one."""
    wide = 0
    for number, line in enumerate(_lines(text), 1):
        row = line.split()
        if not row or line.lstrip().startswith(COMMENTS):
            continue
        numeric = all(map(_is_number, row))
        if not wide:
            if numeric and len(row) >= fewest:
                wide = len(row)
            elif numeric and len(row) > 1:
                return f"has {len(row)} columns of numbers instead of {fewest}"
        elif not numeric or len(row) != wide:
            return f"has in line {number} {line.strip()[:40]!r} instead of {wide} numbers"
    return "" if wide else "has no rows of numbers"


def csv_fault(text: str) -> str:
    """Return what is wrong with a table: its last row is as wide as the one before, and has a number in it."""
    lines = [line for line in _lines(text) if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        return "has no row below its head"
    separator = next((each for each in _SEPARATORS if each in lines[-2]), None)
    if separator is None:
        return f"has one column only: {lines[-2].strip()[:40]!r}"
    try:
        before, last = csv.reader(lines[-2:], delimiter=separator)
    except (csv.Error, ValueError):  # one too long, or a quotation that does not end
        return f"has a last row that cannot be read: {lines[-1].strip()[:40]!r}"
    if len(last) != len(before):
        return f"has {len(last)} instead of {len(before)} columns in its last row"
    if before[-1].strip() and not last[-1].strip():
        return f"has nothing in the last column of its last row, {lines[-1].strip()[:40]!r}"
    if not any(_is_number(each.strip().replace(",", ".")) for each in last):
        return f"has no number in its last row, {lines[-1].strip()[:40]!r}"
    return ""


def aif_fault(text: str) -> str:
    """Return what an Adsorption Information File lacks: a loop of pressures and amounts, every row of it full."""
    if not text.lstrip().startswith(("data_", "#")):
        return "is no Adsorption Information File: it does not begin with data_"
    seen = False
    for tags, values in _loops(text):
        if len(values) % len(tags):
            return f"breaks off in the loop of {tags[0]}: {len(values)} values for {len(tags)} columns"
        if any(tag.startswith(("_adsorp_", "_desorp_")) for tag in tags):
            if wrong := next((each for each in values if not _is_number(each)), None):
                return f"has {wrong[:40]!r} instead of a number in the loop of {tags[0]}"
            seen = seen or ("_adsorp_pressure" in tags and len(tags) > 1 and bool(values))
    return "" if seen else "has no adsorption data: no loop with _adsorp_pressure"


def _loops(text: str) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Return each loop's tags and values; text in quotation marks counts by its words, which no adsorption loop has."""
    tags: list[str] = []
    values: list[str] = []
    inside = False
    for line in _lines(text):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if inside and words[0].startswith("_") and not values:
            tags.append(words[0])
        elif inside and not words[0].startswith(("_", "loop_", "data_")):
            values += words
        else:
            if inside and tags:
                yield tags, values
            inside, tags, values = words[0] == "loop_", [], []
    if inside and tags:
        yield tags, values


def _lines(text: str) -> Iterator[str]:
    """Return one line after the other: to split a large file at once would keep all other threads waiting."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end - 1 if end > start and text[end - 1] == "\r" else end]
        start = end + 1
    yield text[start:]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


KINDS: Mapping[str, Callable[[str], str]] = {
    ".dx": jcamp_fault,
    ".jdx": jcamp_fault,
    ".jcamp": jcamp_fault,
    ".xy": xy_fault,
    ".xye": xye_fault,
    ".csv": csv_fault,
    ".aif": aif_fault,
    ".mzml": mzml_fault,
}
"""Suffix -> what is wrong with such a text."""
_TELLING = (jcamp_fault, mzml_fault)
"""Kinds that say themselves where they end."""
