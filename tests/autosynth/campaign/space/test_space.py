"""A space says of any point whether it is one of its own, and of itself what is wrong with it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.campaign.optimisers.suggestion import Predicted, Suggestion
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable
from autosynth.errors import InputError

PARTS = tuple(Variable(name, 0, 1, "mL") for name in ("silver", "copper", "solvent"))
MIXED = Space(
    (*PARTS, Variable("rounds", 1, 4, integer=True), Variable("wait", 1, 60, "min")),
    (Mixture("tube", ("silver", "copper", "solvent"), 1.0),),
    (LinearConstraint("metal", (("silver", 2.0), ("copper", 1.0)), 1.5, "EUR"),),
)
GOOD = {"silver": 0.5, "copper": 0.3, "solvent": 0.2, "rounds": 2, "wait": 10}


def test_a_point_of_the_space_is_not_refused() -> None:
    assert MIXED.refusals(GOOD) == ()
    assert MIXED.values(MIXED.row(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"wait": 60.001}, "wait 60.001 min is not in 1 to 60 min"),
        ({"wait": float("nan")}, "wait nan min is not in 1 to 60 min"),
        ({"rounds": 2.5}, "rounds 2.5 is not a whole number"),
        ({"solvent": 0.1}, "the parts of tube add up to 0.9, not to 1"),
        ({"silver": 0.8, "copper": 0.0}, "metal: the sum, 1.6, is more than 1.5 EUR"),
        ({"gold": 1.0}, "gold is no variable of this campaign"),
    ],
)
def test_a_point_outside_is_refused_with_the_reason(change: dict[str, float], reason: str) -> None:
    """Nothing is moved back inside: whoever asks learns what is wrong."""
    values = GOOD | change
    assert MIXED.refusals(values) == (reason,)
    with pytest.raises(InputError, match=r"\[space\]"):
        MIXED.row(values)


def test_a_missing_value_is_refused() -> None:
    assert MIXED.refusals({name: value for name, value in GOOD.items() if name != "wait"}) == ("wait has no value",)


BROKEN: dict[str, tuple[tuple[Variable, ...], tuple[Mixture, ...], tuple[LinearConstraint, ...]]] = {
    "at least one variable": ((), (), ()),
    "x is there twice": ((Variable("x", 0, 1), Variable("x", 0, 2)), (), ()),
    "lower limit 2 is above the upper, 1": ((Variable("x", 2, 1),), (), ()),
    "not finite": ((Variable("x", 0, float("inf")),), (), ()),
    "no whole number from 1.2 to 1.8": ((Variable("x", 1.2, 1.8, integer=True),), (), ()),
    "two parts or more": ((Variable("x", 0, 1),), (Mixture("m", ("x",)),), ()),
    "y is no variable of this campaign": ((Variable("x", 0, 1),), (Mixture("m", ("x", "y")),), ()),
    "parts of a mixture are continuous": (
        (Variable("x", 0, 1), Variable("n", 0, 1, integer=True)),
        (Mixture("m", ("x", "n")),),
        (),
    ),
    "x in mL, y in mg": ((Variable("x", 0, 1, "mL"), Variable("y", 0, 1, "mg")), (Mixture("m", ("x", "y")),), ()),
    "0 at least and 2 at most, never to 3": (
        (Variable("x", 0, 1), Variable("y", 0, 1)),
        (Mixture("m", ("x", "y"), 3.0),),
        (),
    ),
    "a part of more than one mixture": (
        (Variable("x", 0, 1), Variable("y", 0, 1)),
        (Mixture("m", ("x", "y")), Mixture("n", ("y", "x"))),
        (),
    ),
    "at least one variable with a factor": ((Variable("x", 0, 1),), (), (LinearConstraint("c", (), 1.0),)),
    "z is no variable of this campaign": ((Variable("x", 0, 1),), (), (LinearConstraint("c", (("z", 1.0),), 1.0),)),
    "numbers are not all finite": ((Variable("x", 0, 1),), (), (LinearConstraint("c", (("x", 1.0),), float("nan")),)),
}


@pytest.mark.parametrize("reason", BROKEN)
def test_a_space_that_makes_no_sense_is_refused(reason: str) -> None:
    """Each way to write a wrong space is told by what is wrong with it."""
    with pytest.raises(InputError, match=reason):
        Space(*BROKEN[reason])


def test_scaled_rows_lie_between_zero_and_one() -> None:
    """Limits are at 0 and 1, and a variable that is fixed is at 0."""
    space = Space((Variable("x", -2, 6), Variable("fixed", 3, 3)))
    assert space.scaled(np.array([[-2.0, 3.0], [6.0, 3.0], [0.0, 3.0]])).tolist() == [[0, 0], [1, 0], [0.25, 0]]


finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(min_size=1, max_size=5)


@given(
    st.dictionaries(names, finite, max_size=4),
    st.lists(names, max_size=4),
    st.dictionaries(names, st.builds(Predicted, finite, finite), max_size=3),
    st.dictionaries(names, st.one_of(finite, st.integers(), st.booleans(), st.text()), max_size=3),
)
def test_a_suggestion_survives_the_journal(
    values: dict[str, float],
    known: list[str],
    predicted: dict[str, Predicted],
    figures: dict[str, float | int | bool | str],
) -> None:
    """Written as JSON and read again it is equal to what it was."""
    suggestion = Suggestion(values, "bayesian", "because", tuple(known), predicted, figures)
    assert Suggestion.from_json(json.loads(json.dumps(suggestion.to_json(), allow_nan=False))) == suggestion


def test_a_suggestion_holds_no_number_that_json_does_not() -> None:
    with pytest.raises(ValueError, match="not finite"):
        Suggestion({"x": 1.0}, "bayesian", "because", predicted={"y": Predicted(float("nan"), 1.0)})


def test_what_reaches_over_a_decade_is_seen_in_its_logarithm() -> None:
    """A wait of 1 to 100 s is halfway at 10 s; a volume of half a decade, a temperature in °C and a count are not."""
    space = Space(
        (
            Variable("wait", 1, 100, "s"),
            Variable("volume", 0.2, 1.0, "mL"),
            Variable("temperature", 5, 65, "°C"),
            Variable("rounds", 1, 21, integer=True),
            Variable("dose", 0.0, 2.0, "mL"),
        )
    )
    assert space.logarithmic.tolist() == [True, False, False, False, False]
    assert space.scaled(np.array([[10.0, 0.6, 35.0, 11.0, 1.0]]))[0] == pytest.approx([0.5] * 5)
    assert space.scaled(np.array([space.lows, space.highs])).tolist() == [[0.0] * 5, [1.0] * 5]
