"""Packages decoded all at once say what each says by itself; what is not surely of their shape is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.palmsens_emstat_pico.block import read_block
from drivers.palmsens_emstat_pico.codec import OVERLOAD, parse_package

COUNTS = st.integers(0, (1 << 28) - 1)
PREFIXES = st.sampled_from("afpnum i")
ROWS = st.tuples(COUNTS, PREFIXES, COUNTS, PREFIXES, st.integers(0, 15), st.integers(0, 255))
LINE = b"Pda807A120u;ba8000001n,14,284\n"


@given(st.lists(ROWS, min_size=1, max_size=20), st.sampled_from(["da", "ab"]))
def test_a_block_says_what_its_packages_say(rows: list[tuple[int, str, int, str, int, int]], kind: str) -> None:
    """Potential, current and overload of every point are exactly those of the package read by itself."""
    lines = [f"P{kind}{v:07X}{p};ba{i:07X}{q},1{bits:X},2{index:02X}\n".encode() for v, p, i, q, bits, index in rows]
    block = read_block(b"".join(lines))
    assert block is not None
    singly = [parse_package(line) for line in lines]
    assert block == [(e.value, i.value, bool(i.status & OVERLOAD)) for e, i in singly]


@pytest.mark.parametrize(
    "odd",
    [
        b"Pda807A120u;ba     nan,12,284\n",
        b"Pda807A120u;ba8000001n,14\n",
        b"Pda807A120u;ba8000001n\n",
        b"Pda807A120k;ba8000001n,14,284\n",
        b"Pda807a120u;ba8000001n,14,284\n",
        b"Pda807A120x;ba8000001n,14,284\n",
        b"Pda807A120u;ba8000001n,1g,284\n",
        b"Pda807A120u;ba8000001n,14,2g4\n",
        b"Pda807A120u;ba8000001n,14,28\n\n",
    ],
)
def test_one_package_of_another_shape_leaves_the_block_to_the_codec(odd: bytes) -> None:
    """A block with anything but the usual shape is not read, wherever the odd package stands."""
    assert read_block(LINE + LINE) is not None
    assert read_block(LINE + odd) is None
    assert read_block(odd + LINE) is None


def test_nothing_is_a_block_of_no_points() -> None:
    """No bytes, no points."""
    assert read_block(b"") == []
