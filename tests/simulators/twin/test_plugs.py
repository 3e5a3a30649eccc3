"""Plug flow keeps volume, amount and order."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.twin.contents import Layout, Plug
from simulators.twin.kinetics import Kinetics
from simulators.twin.plugs import End, draw, pour, push_through, volume_ml

LAYOUT = Layout(["acetone"], ["dye"], Kinetics((), ["dye"]))


def dyed(volume: float, amount: float) -> Plug:
    """Return a plug of acetone with some dye."""
    return LAYOUT.plug({"volumes_ml": {"acetone": volume}, "amounts_mol": {"dye": amount}})


def dye(plugs: list[Plug] | deque[Plug]) -> float:
    """Return the dye in plugs, mol."""
    return sum(float(plug.content[LAYOUT.amounts].sum()) for plug in plugs)


@given(
    st.lists(st.tuples(st.floats(1e-4, 0.5), st.floats(0.0, 1e-5), st.sampled_from(["a", "b"])), max_size=30),
)
def test_a_line_stays_full_and_loses_nothing(strokes: list[tuple[float, float, End]]) -> None:
    """Whatever is pushed from either end, the line holds its volume and the dye in is the dye out and within."""
    line: deque[Plug] = deque([dyed(0.1, 1e-6)])
    entered, left = 1e-6, 0.0
    for volume, amount, end in strokes:
        out = push_through(line, [dyed(volume, amount)], end)
        entered += amount
        left += dye(out)
        assert volume_ml(out) == pytest.approx(volume, rel=1e-9)
        assert volume_ml(line) == pytest.approx(0.1, rel=1e-9)
    assert left + dye(line) == pytest.approx(entered, rel=1e-9, abs=1e-18)


def test_plugs_leave_in_the_order_they_came() -> None:
    """What enters at a first leaves at b first, without mixing."""
    line: deque[Plug] = deque([LAYOUT.gas(0.1)])
    push_through(line, [dyed(0.04, 1e-6), dyed(0.06, 2e-6)], "a")
    out = push_through(line, [LAYOUT.gas(0.1)], "a")
    assert [plug.volume_ml for plug in out] == pytest.approx([0.04, 0.06])
    assert [dye([plug]) for plug in out] == pytest.approx([1e-6, 2e-6])


def test_a_syringe_gives_back_last_in_first() -> None:
    """Drawing at the end where plugs came in returns them in reverse."""
    syringe: deque[Plug] = deque()
    pour(syringe, dyed(0.2, 1e-6), "b")
    pour(syringe, LAYOUT.gas(0.1), "b")
    out = draw(syringe, 0.2, "b")
    assert [dye([plug]) for plug in out] == pytest.approx([0.0, 5e-7])


def test_alike_neighbours_become_one_plug() -> None:
    """A second stroke from the same bottle does not add a plug."""
    line: deque[Plug] = deque()
    pour(line, dyed(0.1, 1e-6), "b")
    pour(line, dyed(0.3, 3e-6), "b")
    assert len(line) == 1


def test_an_empty_syringe_gives_less() -> None:
    """Drawing more than is there returns what is there."""
    assert volume_ml(draw(deque([dyed(0.1, 0.0)]), 0.3, "b")) == pytest.approx(0.1)
