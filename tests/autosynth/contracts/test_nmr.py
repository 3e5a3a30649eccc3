"""Blocks that no spectrometer can do are refused; positions under the needle and over the bore belong together."""

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.contracts.nmr import Acquisition, Nmr, check_acquisition
from autosynth.contracts.sampler import port_over_needle, position_over_bore
from autosynth.errors import ArgumentError

BLOCK = Acquisition("31P", 64, 3.0, 1.6, 90.0, "run_1", "tube 1")


class Able:
    """What a spectrometer says of itself."""

    name = "magnet"
    nuclei = ("31P", "1H")
    scans_max = 1024


ABLE = cast("Nmr", Able())


def test_a_block_lasts_as_long_as_its_scans() -> None:
    """Sixty-four scans every three seconds take 192 s."""
    check_acquisition(BLOCK, ABLE)
    assert BLOCK.duration_s == 192.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"nucleus": "19F"}, "19F is not one of its nuclei, 31P, 1H"),
        ({"scans": 0}, "0 scans are outside 1 to 1024"),
        ({"scans": 1025}, "1025 scans are outside"),
        ({"acquisition_s": 3.5}, "3.5 s does not fit into 3 s"),
        ({"acquisition_s": 0.0}, "0 s does not fit"),
        ({"pulse_deg": 0.0}, "pulse of 0 degrees"),
        ({"pulse_deg": 90.5}, "pulse of 90.5 degrees"),
        ({"folder": ""}, "a folder of its own"),
    ],
)
def test_an_impossible_block_is_refused(change: dict[str, object], told: str) -> None:
    """Each number outside what the spectrometer can do is named, with the device."""
    with pytest.raises(ArgumentError, match=told) as refused:
        check_acquisition(replace(BLOCK, **change), ABLE)  # type: ignore[arg-type]
    assert refused.value.device == "magnet"


@given(positions=st.integers(1, 100), offset=st.integers(0, 99), data=st.data())
def test_needle_and_bore_are_so_many_places_apart(positions: int, offset: int, data: st.DataObject) -> None:
    """The port that puts a tube over the bore is the one from which that tube is found there again."""
    position = data.draw(st.integers(1, positions))
    port = port_over_needle(position, positions, offset)
    assert 1 <= int(port) <= positions
    assert position_over_bore(port, positions, offset) == position


def test_half_a_turn_on() -> None:
    """With 24 places and the bore 12 further on, tube 15 is over it while tube 3 is under the needle."""
    assert port_over_needle(15, 24, 12) == "3"
    assert position_over_bore("3", 24, 12) == 15
