import pytest

from autosynth.errors import InputError
from autosynth.language.measured import Measured
from autosynth.recipe.load import parse_recipe
from tests.autosynth.recipe.pom import POM


def test_settings_replace_defaults() -> None:
    """Numbers, quantities and choices come as values ready for expressions."""
    values = parse_recipe(POM).parameters_with({"cap": "2.1", "A": "Na"})
    assert {"cap": Measured(2.1), "dose": Measured(0.5, 0.0, "volume"), "A": "Na"} == values


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("kap", "2.1", "--set kap:1:1: 'kap' is not a parameter (did you mean cap?)"),
        ("cap", "2.5", "2.5 is above the maximum of 2.2"),
        ("cap", "1", "1 is below the minimum of 2"),
        ("cap", "2.1 mL", "2.1 mL is a volume, a number is wanted"),
        ("dose", "0.5", "0.5 has no unit"),
        ("dose", "2 mL", "2 mL is above the maximum of 1 mL"),
        ("A", "K", "'K' is not one of Ag, Na"),
    ],
)
def test_a_wrong_setting_is_refused_where_it_was_given(name: str, text: str, message: str) -> None:
    """The place is the option on the command line."""
    with pytest.raises(InputError) as caught:
        parse_recipe(POM).parameters_with({name: text})
    assert message in str(caught.value)
    assert f"--set {name}" in str(caught.value)


def test_all_wrong_settings_are_reported_at_once() -> None:
    """One run of the command shows all of them."""
    with pytest.raises(InputError) as caught:
        parse_recipe(POM).parameters_with({"cap": "9", "A": "K", "x": "1"})
    assert len(caught.value.problems) == 3


def test_a_recipe_cannot_be_changed() -> None:
    """What was checked stays what was checked."""
    recipe = parse_recipe(POM)
    with pytest.raises(ValueError, match="frozen"):
        recipe.title = "another"  # type: ignore[misc]
