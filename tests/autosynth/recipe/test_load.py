from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import InputError, Mark
from autosynth.language.measured import Measured
from autosynth.recipe.load import load_recipe, parse_recipe
from autosynth.recipe.parts import Basis, Requirement
from autosynth.recipe.steps import Add, Measure, Repeat, Wait, walk
from tests.autosynth.language.problems import problems_of
from tests.autosynth.recipe.pom import POM

approx: Any = pytest.approx


def test_a_good_recipe_loads_with_its_units_and_places(tmp_path: Path) -> None:
    """Fields come as expressions in canonical units, with the place where they were written."""
    path = tmp_path / "pom.yaml"
    path.write_text(POM, encoding="utf-8")
    recipe = load_recipe(path)
    add, repeat, wait = recipe.steps[0], recipe.steps[4], recipe.steps[3]
    assert isinstance(add, Add)
    assert Basis("cluster", None, charged=True) == add.of
    assert Measured(2.0, 0.0, "rate") == add.rate.number({}) if add.rate else None
    assert Mark(str(path), 18, 5) == add.mark
    assert Mark(str(path), 18, 82) == add.where("rate")
    assert isinstance(repeat, Repeat)
    assert repeat.until is not None
    assert repeat.until.rounds == 2
    assert isinstance(wait, Wait)
    assert wait.for_.number({}).value == 3600.0
    assert Requirement(approx(0.009), approx(0.011), "acetone") == recipe.reagents["SiW9"].requires
    assert (recipe.reagents["Mn"].species, recipe.reagents["SiW9"].species) == ("Mn(acac)3", "SiW9")
    assert recipe.define["cluster"].charge_mol == 25e-6


def test_defaults_are_as_if_they_had_been_written() -> None:
    """A scan has steps of 2 mV at 100 mV/s unless said otherwise."""
    measure = next(step for _, step in walk(parse_recipe(POM).steps) if isinstance(step, Measure))
    scan = measure.scan
    values = [part.number({}).value for part in (scan.step, scan.rate, scan.range)]
    assert approx(values) == [0.002, 0.1, 1e-4]
    assert (scan.reference, measure.most_scans, measure.clean) == ("Fc", 8, True)


def test_paths_of_steps_are_stable() -> None:
    """Plan paths name branches and parts."""
    paths = [path for path, _ in walk(parse_recipe(POM).steps)]
    expected = "1 2 3 4 5 5.1 5.2 5.3 6 6.then.1 6.else.1 6.else.2 7 7.b1.1 7.b2.1"
    assert expected.split() == paths


MISTAKES = [
    # written, mistaken, where the problem stands (just behind the ^), part of the message, part of the hint
    ("title:", "titel:", "^titel:", "'titel' is not a key here", "did you mean title?"),
    ("autosynth: 1", "autosynth: 2", "autosynth: ^2", "autosynth: 2 is not one of the choices", "choose 1"),
    ("- stir:", "- stri:", "- ^stri:", "'stri' is not a verb", "did you mean stir?"),
    ("speed: 400", "sped: 400", "^sped:", "'sped' is not a key here", "did you mean speed?"),
    ("400 rpm", "400", "speed: ^400", "speed: 400 has no unit, a speed is wanted", "write 400 rpm"),
    ("400 rpm", "400 mL", "speed: ^400", "400 mL is a volume, a speed is wanted", "400 rpm"),
    ("400 rpm", '"4,000 rpm"', 'speed: ^"4,000', "'4,000' can be misread", "4000 rpm"),
    ("rate: 2 mL/min", "rate: cap + 2 mL", "rate: ^cap", "a number and a volume cannot be added", ""),
    ("rate: 2 mL/min", "rate: cap +", "rate: cap +^}", "stops in the middle", "something is missing"),
    ("rate: 2 mL/min", "rate: '2 mL/min * * 3'", "rate: '2 mL/min * ^* 3'", "'*' does not belong here", ""),
    ("dose * 2}", "dose * 2 min}", "volume: ^dose", "a volume times a time means nothing here", ""),
    ("dose * 2}", "doze * 2}", "volume: ^doze", "'doze' is not known here", "did you mean dose?"),
    ("dose * 2}", "A * 2}", "volume: ^A", "a text stands where a number is wanted", ""),
    ("dose * 2}", "{x: 1}}", "volume: ^{x", "a mapping is not a volume", "write 5 mL"),
    ("dose * 2}", "true}", "volume: ^true", "true is not a volume", "write 5 mL"),
    ("of: charged cluster, ", "", "equivalents: ^2", "equivalents of what?", "charged cluster"),
    (
        "of: charged cluster",
        "of: cluster",
        "of: ^cluster,",
        "does not say what equivalents refer",
        "cluster in reactor",
    ),
    (
        "of: charged cluster",
        "of: charged cluter",
        "of: ^charged",
        "'cluter' is neither defined",
        "did you mean cluster?",
    ),
    ("volume: dose * 2", "volume: 1 mL, mass: 1 g", "mass: ^1 g", "volume and mass are given", "exactly one"),
    ("volume: dose * 2", "rate: 1 mL/min", "^add: {reagent: Mn", "nothing says how much", "exactly one"),
    ("vessel: reactor", "vessel: reacter", "vessel: ^reacter", "'reacter' is not a role", "did you mean reactor?"),
    ("reagent: SiW9", "reagent: siw9", "reagent: ^siw9", "'siw9' is not a reagent", "did you mean SiW9?"),
    ("[Ag, Na]", "[Ag, K]", "reagent: ^A,", "'A' may be 'K', which is not a reagent", ""),
    ("default: Ag,", "default: Cs,", "default: ^Cs", "'Cs' is not one of Ag, Na", ""),
    ("default: 2.2", "default: 2.3", "default: ^2.3", "the default 2.3 is above the maximum of 2.2", ""),
    ("default: 2.2", "default: 2.05", "at_most: ^cap", "cap / 0.1: the count comes out as 20.5", "20 or 21"),
    ("min: 2.0", "min: 2.0 mL", "^cap: {", "the limits are not of the default's kind", "one kind"),
    ("9 to 11 mmol/L in", "9 to 11 mmol in", "requires: ^9", "is an amount, a concentration is wanted", "10 mmol/L"),
    ("[SiW9O34]", "[SiW9O34", 'formula: ^"TBA', "is not a chemical formula", ""),
    ("per: {SiW9: 2}", "per: {SiW8: 2}", "per: {SiW8: ^2", "'SiW8' is not a reagent", "did you mean SiW9?"),
    ("charge: 25 umol", "charge: 25 mg", "charge: ^25", "25 mg is a mass, an amount is wanted", "25 umol"),
    ("reason: the electrode is polished", "reason: ''", "reason: ^''", "the text is empty", "write something"),
    ("change(cv.IA2)", "change(cw.IA2)", "until: ^change(cw", "'cw.IA2' is not known here", ""),
    ("change(cv.IA2) <", "cv <", "until: ^cv", "cv is a whole measurement", "cv.x"),
    ("at_cap: accept", "at_cap: acept", "at_cap: ^acept", "'acept' is not one of the choices", "accept"),
    ("sample: 0.2 mL", "about: x", "of: ^reactor\n", "of without sample", "sample: 0.2 mL"),
    ("IA2: 0.25 %}", "IA2: 0}", "until: ^{change IA2: 0}", "positive standard uncertainty", "0.25 %"),
    ("unit: mg", "unit: mgg", "unit: ^mgg", "not a unit we know", "mg"),
    ("min: 1 mg", "min: 1 mL", "min: ^1 mL", "min is not mass", "entered in mg"),
    ("times: 2", "times: 2.5", "times: ^2.5", "times: a whole number is wanted", "3"),
    ("[wait: 5 min]", "[wait: 10 m]", "[wait: ^10 m]", "metres or minutes", "10 min"),
    ("[wait: 5 min]", "wait", "- ^wait\n", "a list of steps is wanted", "wait: 10 min"),
    ("  - note: done", "  - note", "- ^note\n", "'note' is not a step", "verb"),
    ("as: cv\n", "as: cap\n", "as: ^cap", "the name 'cap' is already used in line 11", "another"),
    ("name: mass,", "name: 2mass,", "name: ^2mass", "not a name", "letters"),
    ("- wait: 2 min", "- wait: 2 min\n          note: x", "- ^wait: 2 min", "one verb", "its own -"),
]


@pytest.mark.parametrize(("old", "new", "at", "message", "hint"), MISTAKES)
def test_one_mistake_is_a_problem_at_its_place_with_the_likely_correction(
    old: str, new: str, at: str, message: str, hint: str
) -> None:
    """A slip of the pen gives the line and the words that a chemist needs."""
    assert old in POM
    text = POM.replace(old, new, 1)
    before = text[: text.index(at.replace("^", "")) + at.index("^")]
    mark = Mark("r.yaml", before.count("\n") + 1, len(before) - before.rfind("\n"))
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    problem = {problem.mark: problem for problem in caught.value.problems}.get(mark)
    assert problem is not None, f"nothing at {mark}: {caught.value}"
    assert message in problem.message
    assert hint in problem.hint


def test_all_problems_of_a_file_come_at_once_in_order() -> None:
    """YAML, shape, units and names are reported together."""
    text = (
        POM.replace("speed: 400 rpm", "speed: 400")
        .replace("reagent: Mn, to: reactor", "reagent: Mm, to: reacter")
        .replace("wait: 2 min", "wait: &x 2 m")
        .replace("title:", "titel:")
    )
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    lines = [problem.mark.line for problem in caught.value.problems if problem.mark]
    assert lines == [2, 19, 20, 20, 29, 29]


def test_a_wrong_step_does_not_make_problems_elsewhere() -> None:
    """A measurement with a mistake inside is still the one that conditions refer to."""
    with pytest.raises(InputError) as caught:
        parse_recipe(POM.replace("begin: 0.4 V", "begin: 0.4"), "r.yaml")
    assert len(caught.value.problems) == 1


def test_branches_do_not_see_what_their_siblings_measure() -> None:
    """In a parallel step nothing says which branch is first; what follows knows both."""
    text = """\
autosynth: 1
title: Two branches
steps:
  - parallel:
      branches:
        - - operator: {prompt: Weigh it, likely: 1 min, enter: {name: pause, unit: min}}
        - - wait: pause * 2
  - wait: pause * 2
"""
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    assert [str(problem.mark) for problem in caught.value.problems] == ["r.yaml:7:19"]


@pytest.mark.parametrize(
    "text", ["", "[]", "autosynth", "5", "autosynth: 1", "steps: []", "autosynth: 1\ntitle: x\nsteps: {}\n"]
)
def test_what_is_hardly_a_recipe_is_still_a_clear_error(text: str) -> None:
    """Every problem has a place."""
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    assert all(problem.mark is not None for problem in caught.value.problems)


def test_a_flood_of_wrong_steps_ends() -> None:
    """A file that is something else altogether does not fill the screen for ever."""
    text = "autosynth: 1\ntitle: x\nsteps:\n" + "  - wrong: {}\n" * 1000
    with pytest.raises(InputError) as caught:
        parse_recipe(text, "r.yaml")
    assert len(caught.value.problems) <= 201


LINES = POM.splitlines()


@given(st.data())
def test_a_damaged_recipe_is_a_recipe_or_a_located_input_error(data: st.DataObject) -> None:
    """Lines lost, doubled or changed in one place never lead to anything else."""
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        cut = data.draw(st.integers(0, len(line)))
        piece = data.draw(st.sampled_from(["", "  ", ":", "{", "]", "'", "x", "5", "&a", "- ", "null", "[]", "{}"]))
        keep = data.draw(st.sampled_from(["insert", "replace", "drop"]))
        if keep == "drop":
            del lines[index]
        else:
            lines[index] = line[:cut] + piece + (line[cut:] if keep == "insert" else "")
    problems = problems_of(lambda: parse_recipe("\n".join(lines), "r.yaml"))
    assert all(problem.mark is not None for problem in problems)
