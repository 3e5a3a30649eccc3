"""What a spectrometer's file must be before a library is let loose on it: of a size, and with ends to what it begins.

nmrglue waits for the end of a text or an array of parameters for ever when the file is cut there, and repeats a point
as often as a packed file says.
"""

import re
from itertools import accumulate
from pathlib import Path

from autosynth.errors import AnalysisError, InputError, Problem
from autosynth.files import read_within

LARGEST = 256 * 1024 * 1024
"""Bytes; a free induction decay has a thousandth of it."""
MOST_POINTS = 1 << 24
_ARRAY = re.compile(rb"\([^)]*?\.\.([0-9]{1,9})\)(.*)")
_REPEATED = re.compile(rb"[S-Zs]([0-9]*)")
_DUPLICATE = {bytes((letter,)): b"%d" % count for count, letter in enumerate(b"STUVWXYZs", start=1)}
_TABLES = frozenset({b"XYDATA", b"DATATABLE"})


def read_limited(path: Path) -> bytes:
    """Return a file's content.

    Raises:
        InputError: it cannot be read, is no regular file, or has more than 256 MB.
    """
    try:
        return read_within(path, LARGEST)
    except OSError as error:
        raise InputError(Problem(f"cannot read {path}: {error.strerror}", rule="file")) from error


def check_parameters(path: Path, content: bytes) -> None:
    """Look whether every text and array of a Bruker parameter file ends.

    Raises:
        AnalysisError: one does not; the message gives its line.
    """
    lines = content.split(b"\n")
    after = [0, *accumulate(len(line.split()) for line in reversed(lines))][::-1]
    last = max((number for number, line in enumerate(lines) if b">" in line), default=-1)
    for number, line in enumerate(lines):
        name, _, value = line.partition(b"=")
        if not name.startswith(b"##$"):
            continue
        array = _ARRAY.search(value)
        if b"<" in value:
            whole = b">" in value or last > number
        elif array is not None:
            whole = len(array[2].split()) + after[number + 1] > int(array[1])
        else:
            whole = b"(" not in value
        if not whole:
            raise AnalysisError(f"{path}:{number + 1}: {line[:40].decode('ascii', 'replace')!r} does not end")


def check_packed(path: Path, content: bytes) -> None:
    """Look how often points are repeated in the tables of a JCAMP-DX file.

    Raises:
        AnalysisError: more than 16 million times.
    """
    total, table = 0, False
    for line in content.split(b"\n"):
        if line.lstrip().startswith(b"##"):
            label = re.sub(rb"[\s/_-]", b"", line.partition(b"=")[0].lstrip()[2:])
            table = label.upper() in _TABLES
        elif table:
            counts = (_DUPLICATE[found[0][:1]] + found[1] for found in _REPEATED.finditer(line))
            total += sum(int(count) if len(count) < 10 else MOST_POINTS + 1 for count in counts)
    if total > MOST_POINTS:
        raise AnalysisError(f"{path} repeats points more than {MOST_POINTS} times: it is no decay")
