"""What bent recipes have brought to light, one by one."""

import pytest

from autosynth.recipe.load import parse_recipe
from tests.autosynth.language.problems import problems_of

HEAD = "autosynth: 1\ntitle: t\nsteps:\n"


@pytest.mark.parametrize("titration", ["", "titration: 3", "titration: [a]", "titration: {}"])
def test_an_evaluation_without_its_titration_is_told_at_its_place(titration: str) -> None:
    """What refers to the missing part is not looked at, instead of failing on it."""
    text = f"{HEAD}  - evaluate: {{as: x, {titration}}}\n"
    problems = problems_of(lambda: parse_recipe(text, "r.yaml"))
    assert [problem.mark.line for problem in problems if problem.mark] == [4] * len(problems)
    assert problems
