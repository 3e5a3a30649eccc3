"""Options that are more than a word are read strictly, all mistakes at once."""

import pytest

from autosynth.cli.options import pairs, quantity
from autosynth.errors import InputError


def test_pairs_are_split_at_the_first_equals_sign() -> None:
    """A reason may itself hold an equals sign; blanks around name and value are dropped."""
    assert pairs("--set", ["cap = 2.1", "why=a=b"]) == {"cap": "2.1", "why": "a=b"}


@pytest.mark.parametrize("text", ["cap", "=2", "cap=", " = ", ""])
def test_a_pair_without_name_or_value_is_refused(text: str) -> None:
    """Nothing is guessed of half a pair."""
    with pytest.raises(InputError) as caught:
        pairs("--set", [text])
    assert "NAME=VALUE" in str(caught.value)


def test_all_wrong_pairs_are_told_at_once() -> None:
    """Two mistakes are two problems."""
    with pytest.raises(InputError) as caught:
        pairs("--acknowledge", ["CV-AG", "A=1", "A=2"])
    assert ["--acknowledge" in str(each.mark) for each in caught.value.problems] == [True, True]


def test_a_quantity_needs_its_unit() -> None:
    """A bare number is no scan rate; with its unit it comes in canonical units."""
    assert quantity("--rate", "100 mV/s", "scan_rate") == 0.1
    with pytest.raises(InputError) as caught:
        quantity("--rate", "100", "scan_rate")
    assert "--rate 100" in str(caught.value)
