"""The packages of a sweep whose loop does nothing but print: all of them at once instead of one by one.

What a package says is the same as if every statement of the loop had been executed for every point; loops that do
anything else are left to the run.
"""

from collections.abc import Sequence

from simulators.palmsens_emstat_pico.body import Array
from simulators.palmsens_emstat_pico.package import encode, encode_all
from simulators.palmsens_emstat_pico.script import Statement
from simulators.palmsens_emstat_pico.variables import Variables


def prints_only(block: Sequence[Statement]) -> bool:
    """Tell whether a loop's body is one package and nothing else."""
    names = [statement.name for statement in block]
    return len(names) > 2 and names == ["pck_start", *["pck_add"] * (len(names) - 2), "pck_end"]


def printed(
    statement: Statement, variables: Variables, applied_v: Array, read_a: Array, metadata: Sequence[str]
) -> list[str]:
    """Return the package of every point of a technique whose loop prints only.

    Args:
        statement: the technique, with its loop.
        variables: what the script's other variables hold.
        applied_v: the potential of every point.
        read_a: the current of every point as it was read.
        metadata: status and range of every reading.
    """
    columns: list[list[str]] = []
    for adding in statement.blocks[0][1:-1]:
        name = adding.arguments[0]
        if name == statement.arguments[1]:
            columns.append(encode_all("ba", read_a, metadata))
        elif name == statement.arguments[0]:
            columns.append(encode_all("da", applied_v, [""] * len(applied_v)))
        else:
            columns.append([encode(variables.get(adding, 0))] * len(applied_v))
    return ["P" + ";".join(row) for row in zip(*columns, strict=True)]
