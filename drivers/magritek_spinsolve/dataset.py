"""What a finished measurement consists of, judged from its files alone.

A `.1d` file has a header of eight little-endian 32-bit numbers (owner, format, version, type, and four dimensions) and
then, for N points, N times and N complex values as 32-bit floats; so its header says how long it must be.
"""

import struct
from collections.abc import Mapping

DATA, PARAMETERS = "data.1d", "acqu.par"
_HEADER = struct.Struct("<8I")
_POINT_BYTES = 12


def data_bytes(head: bytes) -> int | None:
    """Return how long a `.1d` file that begins with `head` must be, in bytes; None: it is no one-dimensional one."""
    if len(head) < _HEADER.size:
        return None
    points, *others = _HEADER.unpack_from(head)[4:]
    if points < 1 or any(each > 1 for each in others):
        return None
    return int(_HEADER.size + _POINT_BYTES * points)


def fault(files: Mapping[str, bytes]) -> str:
    """Return what is wrong with a measurement's files, or "" when they are whole."""
    for name in (DATA, PARAMETERS):
        if not files.get(name):
            return f"{name} is not there" if name not in files else f"{name} is empty"
    needed = data_bytes(files[DATA])
    if needed is None:
        return f"the header of {DATA} is not one of a free induction decay"
    if len(files[DATA]) != needed:
        return f"{DATA} has {len(files[DATA])} of {needed} bytes"
    return ""
