"""Rules are data that is checked when read: what means nothing is an error of the file, at its place."""

import pytest

from autosynth.errors import InputError
from autosynth.plan.rulebook import Rulebook, standing_rules

RULE = """
rules: 1
families: {silver: {element: Ag}}
list:
  - id: TEST
    class: chemistry
    phase: static
    says: no silver when hot
    when: WHEN
    check: CHECK
    facts: FACTS
    action: reject
"""


def book_with(
    when: str = 'holds in ("silver")',
    check: str = "temperature <= 30 °C",
    facts: str = "{holds: plan, temperature: plan}",
) -> Rulebook:
    """Return a book of one rule."""
    book = Rulebook()
    book.read_solvents("acetone: {boiling_point: 56 °C, window: -2 to 1 V}", "solvents.yaml")
    book.read_rules(RULE.replace("WHEN", when).replace("CHECK", check).replace("FACTS", facts), "rules.yaml")
    return book


@pytest.mark.parametrize("wrong", ["17", "{a: 8.1, b: 1582.3}", "{a: 8.1, b: 1582.3, c: 239.7 mL}"])
def test_a_vapour_pressure_that_is_none_is_refused(wrong: str) -> None:
    """Antoine's three numbers, or none: a solvent without has a pressure that nobody knows."""
    book = Rulebook()
    with pytest.raises(InputError):
        book.read_solvents(f"MeOH: {{boiling_point: 64.7 °C, antoine: {wrong}}}", "solvents.yaml")
    book.read_solvents("acetone: {boiling_point: 56 °C}", "solvents.yaml")
    assert book.solvents["acetone"].saturation_kpa(25.0) == float("inf")


def test_a_good_rule_is_read() -> None:
    """A rule of known facts is kept with its class."""
    assert book_with().class_of("TEST") == "chemistry"
    assert book_with().class_of("OTHER") is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"facts": "{holds: plan, temprature: plan, temperature: plan}"}, "did you mean temperature?"),
        ({"facts": "{holds: plan}"}, "temperature is not among its facts"),
        ({"facts": "{holds: plan, temperature: sensor}"}, "known to sensor"),
        ({"when": 'holds in ("slver")'}, "did you mean silver?"),
        ({"when": 'solvents in ("aceton")', "facts": "{solvents: plan, temperature: plan}"}, "did you mean acetone?"),
        ({"check": "temperature <= 30 mL"}, "cannot be compared"),
        ({"check": "temperature <="}, "stops in the middle"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, str], words: str) -> None:
    """Unknown facts, families and solvents, wrong units and broken expressions are errors with their place."""
    with pytest.raises(InputError) as caught:
        book_with(**wrong)
    assert any(words in str(each) for each in caught.value.problems)
    assert all(each.mark is not None and each.mark.file == "rules.yaml" for each in caught.value.problems)


def test_the_installed_rules_are_read() -> None:
    """Safety rules, solvents and the protocols' rules are there, and no id is of two classes."""
    book = standing_rules()
    assert {"SOLV-T", "CV-WINDOW", "ORDER", "FE-CAP", "CV-AG"} <= {each.id for each in book.rules}
    assert book.solvents["acetone"].boiling_point == 56.1
    classes: dict[str, set[str]] = {}
    for rule in book.rules:
        classes.setdefault(rule.id, set()).add(rule.class_)
    assert all(len(kinds) == 1 for kinds in classes.values())


def test_families_by_element_and_by_name() -> None:
    """Elements are read from the formula, so that a bottle's name does not matter."""
    book = standing_rules()
    assert {"silver", "A"} <= book.families_of("AgOTf", "CF3SO3Ag")
    assert "Fe" in book.families_of("precursor", "C15H21FeO6")
    assert "PF6" in book.families_of("TBAPF6", "TBAPF6")
    assert "silver" not in book.families_of("NaOTf", "CF3SO3Na")
