"""Mixtures add up, split without loss, and carry their uncertainty."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.station.mixture import GAS, Mixture, Spread

positive = st.floats(1e-6, 1e3)
names = st.sampled_from(["acetone", "water", GAS])
species = st.sampled_from(["SiW9", "AgOTf", "TBAPF6"])
spreads = st.builds(Spread, st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
mixtures = st.builds(
    Mixture,
    st.dictionaries(names, positive, min_size=1),
    st.dictionaries(species, positive),
    st.dictionaries(names, spreads),
    st.dictionaries(species, spreads),
)


@given(mixtures, st.floats(0, 1))
def test_split_parts_make_the_whole(mixture: Mixture, part: float) -> None:
    """What is taken and what is left are together what there was."""
    taken, rest = mixture.split(mixture.volume_ml * part)
    again = taken + rest
    assert dict(mixture.volumes_ml) == pytest.approx(again.volumes_ml, rel=1e-12)
    assert dict(mixture.amounts_mol) == pytest.approx(again.amounts_mol, rel=1e-12)


@given(mixtures)
def test_json_round_trip(mixture: Mixture) -> None:
    """A mixture written as JSON and read again is the same, but for spreads that were zero."""
    again = Mixture.from_json(mixture.to_json())
    assert again == Mixture.from_json(again.to_json())
    assert dict(mixture.volumes_ml) == again.volumes_ml
    assert {name: s for name, s in mixture.amount_spread.items() if any(s)} == again.amount_spread


def test_shared_errors_add_linearly_and_independent_ones_in_quadrature() -> None:
    """Two doses from one stock by one pump share lot and gain errors; stroke errors are their own."""
    dose = Mixture({"acetone": 1.0}, {"SiW9": 1e-5}, {}, {"SiW9": Spread(gain=4e-8, lot=1e-7, var=1e-16)})
    value, sd = (dose + dose).amount("SiW9")
    assert value == 2e-5
    assert sd == pytest.approx(sqrt((8e-8) ** 2 + (2e-7) ** 2 + 2e-16), rel=1e-12)


def test_concentration_ignores_gas() -> None:
    """Gas in a mixture dilutes nothing."""
    mixture = Mixture({"acetone": 2.0, GAS: 5.0}, {"SiW9": 2e-5})
    assert mixture.concentration_mol_l("SiW9") == pytest.approx(0.01)
    assert mixture.liquid_ml == 2.0


@pytest.mark.parametrize("volume_ml", [-0.1, 1.1])
def test_split_refuses_what_is_not_there(volume_ml: float) -> None:
    """Less than nothing and more than the whole cannot be taken."""
    with pytest.raises(ValueError, match="cannot be taken from"):
        Mixture({"acetone": 1.0}).split(volume_ml)
