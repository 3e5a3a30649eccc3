import itertools

import pytest

from autosynth.language.logic import Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNDECIDED


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [(T, T, T, T), (T, F, F, T), (T, U, U, T), (F, F, F, F), (F, U, F, U), (U, U, U, U)],
)
def test_and_and_or_follow_kleene_in_either_order(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    """Undecided spreads only where it matters."""
    assert (both, both) == (left & right, right & left)
    assert (either, either) == (left | right, right | left)


def test_not_keeps_undecided() -> None:
    """The opposite of not knowing is not knowing."""
    assert [F, T, U] == [~T, ~F, ~U]


def test_de_morgan_holds_for_all_pairs() -> None:
    """Not (a and b) is (not a) or (not b), three-valued too."""
    for left, right in itertools.product(Truth, repeat=2):
        assert ~(left & right) == ~left | ~right


def test_a_truth_cannot_be_used_as_a_boolean() -> None:
    """`if verdict:` would take undecided for true."""
    with pytest.raises(TypeError, match="three values"):
        bool(T)
