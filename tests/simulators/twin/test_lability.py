"""Inert ions do not get in during an hour."""

import pytest

from simulators.twin.lability import incorporated, is_inert


@pytest.mark.parametrize(("ion", "fraction"), [("Cr3+", 0.0086), ("Ru3+", 0.0125), ("Rh3+", 8e-6), ("Ru2+", 1.0)])
def test_an_hour_lets_in_what_first_order_says(ion: str, fraction: float) -> None:
    """P10: incorporation after an hour at 25 C."""
    assert incorporated(ion, 3600.0) == pytest.approx(fraction, rel=0.02)


def test_water_exchange_classifies() -> None:
    """Ru(II) and slower ions count as inert, Al(III) and faster ones do not."""
    assert [is_inert(ion) for ion in ("Rh3+", "Cr3+", "Ru2+", "Al3+", "Cu2+")] == [True, True, True, False, False]


def test_an_unknown_ion_is_refused() -> None:
    """No rate is guessed."""
    with pytest.raises(ValueError, match="Xx3"):
        incorporated("Xx3+", 1.0)
