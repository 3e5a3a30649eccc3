import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import InputError, Mark
from autosynth.language.expression import parse, parse_condition, whole
from autosynth.language.interval import Interval
from autosynth.language.logic import Truth
from autosynth.language.measured import Measured
from tests.autosynth.language.problems import problems_of

approx: Any = pytest.approx

MARK = Mark("r.yaml", 3, 10)


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("2.2 / 0.1", 22.0, "number"),
        ("2 mL/min * 30 s", 1.0, "volume"),
        ("2 mL/min*30 s", 1.0, "volume"),
        ("10 mmol/L * 5 mL", 5e-5, "amount"),
        ("1 + 2 * 3 - 4", 3.0, "number"),
        ("(1 + 2) * 3", 9.0, "number"),
        ("8 / 4 / 2", 1.0, "number"),
        ("-2 + 5", 3.0, "number"),
        ("-x", -4.0, "number"),
        ("25 °C + 5 K", 30.0, "temperature"),
        ("25 °C - 20 °C", 5.0, "temperature_difference"),
        ("sqrt(x) + abs(-3)", 5.0, "number"),
        ("min(x, 7, 5)", 4.0, "number"),
        ("max(x, 7, 5)", 7.0, "number"),
        ("2 × x", 8.0, "number"),
        ("2 percentage points", 0.02, "ratio"),
        ("previous(x) + 1", 3.0, "number"),
        ("change(x)", 2.0, "number"),
    ],
)
def test_arithmetic_keeps_units(text: str, value: float, dimension: str) -> None:
    """Products and quotients come out in canonical units."""
    found = parse(text).number({"x": Measured(4.0), "previous x": Measured(2.0)})
    assert (approx(value), dimension) == (found.value, found.dimension)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("x < 2 %", Truth.TRUE),
        ("x > 2 %", Truth.FALSE),
        ("x < 1.1 %", Truth.UNDECIDED),
        ("x < 2 % and wide < 0", Truth.UNDECIDED),
        ("x > 2 % and wide < 0", Truth.FALSE),
        ("x < 2 % or missing < 0", Truth.TRUE),
        ("not missing > 0", Truth.UNDECIDED),
        ("nan < 1", Truth.UNDECIDED),
        ("0.5 % <= x <= 1.5 %", Truth.TRUE),
        ("three == 3", Truth.TRUE),
        ("three != 3", Truth.FALSE),
        ("x == 1 %", Truth.UNDECIDED),
        ("x == 5 %", Truth.FALSE),
        ("x - x == 0 %", Truth.TRUE),
        ("metal in ('Fe', 'Lu')", Truth.TRUE),
        ('metal == "Mn"', Truth.FALSE),
        ("metal != 'Mn'", Truth.TRUE),
        ("missing in ('Fe')", Truth.UNDECIDED),
        ("open", Truth.TRUE),
        ("not open or three > 5", Truth.FALSE),
        ("three ≥ 3", Truth.TRUE),
        ("x / (three - 3) < 1", Truth.UNDECIDED),
        ("sqrt(0 - three) < 1", Truth.UNDECIDED),
    ],
)
def test_conditions_are_decided_only_by_the_whole_interval(text: str, verdict: Truth) -> None:
    """95 % on one side is true or false; anything less, NaN or missing, is undecided."""
    env: dict[str, Measured | str | bool] = {
        "x": Measured(0.01, 0.001, "ratio"),
        "wide": Measured(0.0, 1.0),
        "nan": Measured(math.nan, 0.1),
        "three": Measured(3.0),
        "metal": "Fe",
        "open": True,
    }
    assert verdict is parse_condition(text).evaluate(env)


def test_the_same_name_is_fully_correlated_and_distinct_names_are_independent() -> None:
    """X - x is exactly zero; x - y adds in quadrature; x + x doubles."""
    env = {"x": Measured(2.0, 0.3), "y": Measured(1.0, 0.4)}
    assert parse("x - x").number(env).sd == 0.0
    assert approx(0.5) == parse("x - y").number(env).sd
    assert approx(0.6) == parse("x + x").number(env).sd
    assert approx(1.2) == parse("x * x").number(env).sd


def test_a_supplied_change_wins_over_the_difference() -> None:
    """The caller knows how far two measurements are correlated."""
    env = {"x": Measured(2.0, 0.3), "previous x": Measured(1.0, 0.4), "change x": Measured(1.1, 0.05)}
    assert Measured(1.1, approx(0.05)) == parse("change(x)").number(env)
    del env["change x"]
    assert Measured(1.0, approx(0.5)) == parse("change(x)").number(env)


def test_a_change_without_a_previous_measurement_is_undecided() -> None:
    """The first round cannot know."""
    assert Truth.UNDECIDED is parse_condition("change(x) < 1").evaluate({"x": Measured(2.0, 0.3)})


def test_first_order_uncertainty_agrees_with_sampling() -> None:
    """Ten thousand draws give the same standard deviation to 3 %."""
    expression = parse("a * b / (a + 2 * b) + sqrt(a)")
    env = {"a": Measured(10.0, 0.1), "b": Measured(4.0, 0.05)}
    rng = random.Random(1)
    draws = [
        expression.number({name: Measured(rng.gauss(x.value, x.sd)) for name, x in env.items()}).value
        for _ in range(10_000)
    ]
    mean = math.fsum(draws) / len(draws)
    sampled = math.sqrt(math.fsum((draw - mean) ** 2 for draw in draws) / len(draws))
    assert sampled == approx(expression.number(env).sd, rel=0.03)


def test_rounds_belong_to_the_whole_condition() -> None:
    """`for 2 rounds` is read off the end."""
    condition = parse_condition("a < 1 or b < 2 for 2 rounds")
    assert (2, frozenset({"a", "b"})) == (condition.rounds, condition.names())
    assert parse_condition("a < 1").rounds == 1


@pytest.mark.parametrize("rounds", ["0", "2.5", "2²", "9" * 5000])
def test_a_number_of_rounds_is_a_small_whole_one(rounds: str) -> None:
    """Anything else is an error of the recipe, never one of ours."""
    with pytest.raises(InputError):
        parse_condition(f"a < 1 for {rounds} rounds")


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("x = 2", 12, "single = compares nothing", "=="),
        ("foo(3) < 1", 13, "'foo' is not a function", "abs, sqrt"),
        ("2 + < 1", 14, "'<' does not belong here", ""),
        ("x < 2 +", 17, "stops in the middle", "missing at its end"),
        ("x && y", 12, "not an operator", "and, or, not"),
        ("x < 1,000", 15, "does not belong", ""),
        ("x < 10 m", 10, "metres or minutes", "10 min"),
        ("x < 2 mL/cap", 10, "not a unit we know", ""),
        ("(x < 1) + 2", 10, "a condition stands where a number", ""),
        ("x + 1", 10, "a number is no condition", "compare"),
        ("x < 1 for 0 rounds", 10, "not a number of rounds", "2 rounds"),
        ("", 10, "empty", ""),
        ("x.__class__() < 1", 21, "is not a function", ""),
        ("a" * 1001, 10, "too long", ""),
        ("not " * 130 + "a", 10, "too long", ""),
        ("1 == x != 2", 10, "do not chain", ""),
        ("3 in ('a')", 10, "only a name", ""),
    ],
)
def test_a_wrong_condition_is_refused_where_it_goes_wrong(text: str, column: int, message: str, hint: str) -> None:
    """The problem stands at the column in the file, and says what would be right."""
    with pytest.raises(InputError) as caught:
        parse_condition(text, MARK)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint
    assert Mark("r.yaml", 3, column) == problem.mark


def test_a_plain_expression_takes_no_rounds() -> None:
    """Rounds make sense for conditions of steps only."""
    with pytest.raises(InputError, match="rounds"):
        parse("x < 1 for 2 rounds")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("volume + time", "a volume and a time cannot be added"),
        ("volume < 2 %", "a volume and a ratio cannot be compared"),
        ("temperature * 2", "means nothing"),
        ("temperature + temperature", "cannot be added"),
        ("vollume + 1 mL", "did you mean volume?"),
        ("metal + 1", "a text stands where a number is wanted"),
        ("volume == 1 mL and metal", "metal is a text"),
        ("volume < 2 eq or time < 1 s", "cannot be compared"),
    ],
)
def test_dimensions_are_checked_before_anything_runs(text: str, message: str) -> None:
    """The error is located at the expression."""
    env = {"volume": "volume", "time": "time", "temperature": "temperature", "metal": "text"}
    with pytest.raises(InputError, match=message) as caught:
        parse(text, MARK).dimension(env)
    assert caught.value.problems[0].mark == MARK


def test_the_dimension_of_a_condition_is_truth_and_any_fits_everything() -> None:
    """What only the station will know is checked later."""
    assert parse("x < 2 %").dimension({"x": "any"}) == "truth"
    assert parse("x / 2 min * 3 min + 1 mL").dimension({"x": "volume"}) == "volume"


def test_bounds_contain_what_names_allow() -> None:
    """Interval arithmetic, in canonical units."""
    cap, rate = Interval(2.0, 2.2), Interval(1.0, 3.0, "rate")
    assert Interval(2.0 / 0.1, 2.2 / 0.1) == parse("cap / 0.1").bounds({"cap": cap})
    found = parse("rate * 30 s").bounds({"rate": rate})
    assert (approx(0.5), approx(1.5), "volume") == (found.low, found.high, found.dimension)
    assert Interval(-math.inf, math.inf) == parse("1 / z").bounds({"z": Interval(-1.0, 1.0)})
    with pytest.raises(InputError, match="no bounds"):
        parse("cap < 1").bounds({"cap": cap})


def test_a_condition_may_hold_always_never_or_sometimes() -> None:
    """Over intervals the three values mean every, no, some."""
    env = {"x": Interval(1.0, 2.0)}
    verdicts = [parse_condition(text).possible(env) for text in ("x < 3", "x < 1", "x < 1.5", "y < 1")]
    assert verdicts == [Truth.TRUE, Truth.FALSE, Truth.UNDECIDED, Truth.UNDECIDED]


@pytest.mark.parametrize(("value", "count"), [(2.2 / 0.1, 22), (22.0, 22), (1.0, 1), (3 * (0.1 + 0.2) / 0.1, 9)])
def test_a_count_may_have_the_rounding_of_decimals(value: float, count: int) -> None:
    """2.2 / 0.1 is 22."""
    assert count == whole(value)
    assert count == whole(Measured(value))


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (22.5, "22 or 23 would do"),
        (0.4, "1 would do"),
        (0.0, "from 1"),
        (math.nan, "22"),
        (math.inf, "22"),
        (1e9, "from 1"),
    ],
)
def test_a_count_that_is_not_whole_names_the_nearest_that_would_do(value: float, hint: str) -> None:
    """2.25 / 0.1 is a mistake, not 22."""
    with pytest.raises(InputError) as caught:
        whole(value)
    assert hint in caught.value.problems[0].hint


numbers = st.floats(-100, 100).map(lambda value: round(value, 3))


@st.composite
def sums(draw: st.DrawFn) -> str:
    """Draw arithmetic on numbers and the names a and b."""
    leaf = st.one_of(numbers.map(lambda value: f"({value})" if value < 0 else f"{value}"), st.sampled_from(["a", "b"]))
    return draw(
        st.recursive(
            leaf,
            lambda inner: st.one_of(
                st.tuples(inner, st.sampled_from([" + ", " - ", " * ", " / "]), inner).map("".join).map("({})".format),
                st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
                inner.map(lambda text: f"abs({text})"),
                inner.map(lambda text: f"-({text})"),
            ),
            max_leaves=8,
        )
    )


@given(sums(), numbers, numbers, numbers, numbers)
def test_bounds_contain_every_value_inside(text: str, a: float, b: float, width_a: float, width_b: float) -> None:
    """Whatever the names are within their intervals, the value is within the bounds."""
    expression = parse(text)
    env = {"a": Interval(a, a + abs(width_a)), "b": Interval(b, b + abs(width_b))}
    bounds = expression.bounds(env)
    for part in (0.0, 0.3, 1.0):
        value = expression.number({n: Measured(x.low + part * (x.high - x.low)) for n, x in env.items()}).value
        slack = 1e-6 * max(1.0, abs(value)) if math.isfinite(value) else 0.0
        assert math.isnan(value) or bounds.low - slack <= value <= bounds.high + slack


@given(sums(), numbers, numbers)
def test_arithmetic_agrees_with_python(text: str, a: float, b: float) -> None:
    """The grammar means what everybody means by the same signs."""
    ours = parse(text).number({"a": Measured(a), "b": Measured(b)}).value
    code = compile(text, "expression", "eval")
    try:
        theirs = eval(code, {"__builtins__": {}, "min": min, "max": max, "abs": abs, "a": a, "b": b})  # noqa: S307
    except ZeroDivisionError:
        return
    assert math.isnan(ours) or ours == approx(theirs, rel=1e-9, abs=1e-9)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_an_input_error(text: str) -> None:
    """Nothing else can come out of the parser, whatever goes in."""
    problems = problems_of(lambda: parse(text, MARK))
    assert all(problem.mark is not None for problem in problems)


@given(st.text(alphabet="ab.<>=()+-*/ 012%'\"andorti,mL", max_size=40))
def test_any_likely_text_is_an_expression_or_an_input_error(text: str) -> None:
    """The grammar's own characters in any order are no danger either."""
    problems = problems_of(lambda: parse_condition(text, MARK).evaluate({"a": Measured(1.0, 0.1), "b": "text"}))
    assert all(problem.message for problem in problems)
