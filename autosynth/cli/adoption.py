"""`autosynth import csv FILE`: adopt somebody else's reaction table, asking for what it does not tell."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from autosynth.campaign.table.adoption import adopt
from autosynth.campaign.table.foreign import Foreign, Question, open_questions, read_foreign, wrong_answer
from autosynth.campaign.table.rows import read_rows
from autosynth.campaign.table.table import LARGEST_TABLE, parse_table
from autosynth.cli.exits import Exit
from autosynth.cli.output import print_json
from autosynth.engine.inputs import read_text
from autosynth.errors import InputError, Mark, Problem
from autosynth.recipe.load import load_recipe
from autosynth.recipe.model import Recipe
from autosynth.recipe.parts import Parameter

RECIPE = Question("recipe", "which recipe is it a table of? its file")


def import_csv(file: Path, out: Path | None, answers: Mapping[str, str], *, as_json: bool) -> int:
    """Write a campaign's table and file beside `file`, or below `out`; return 0, or 4 with the questions left open.

    Raises:
        InputError: the table or the recipe cannot be read, an answer will not do, a file is there already, or the
            adopted table has rows that the recipe does not allow (then the files were written).
    """
    text = read_text(file)
    if len(text) > LARGEST_TABLE:
        raise InputError(Problem(f"{file} is larger than {LARGEST_TABLE / 1e6:.0f} MB", rule="import"))
    table = read_foreign(text, str(file))
    given = dict(answers)
    interactive = sys.stdin.isatty() and not as_json
    if "recipe" not in given:
        if not interactive:
            return _listed((RECIPE,), as_json=as_json)
        given["recipe"] = _asked(RECIPE, None)
    recipe = load_recipe(Path(given["recipe"]))
    _refuse_wrong(table, recipe, given)
    while questions := open_questions(table, recipe.parameters, given):
        if not interactive:
            return _listed(questions, as_json=as_json)
        for question in questions:
            given[question.key] = _asked(question, parameter_of(question, recipe, given))
    return _written(file, out or file.parent, table, recipe, given, as_json=as_json)


def parameter_of(question: Question, recipe: Recipe, answers: Mapping[str, str]) -> Parameter | None:
    """Return the parameter that a question about a unit is about."""
    name = question.key.partition(":")[2]
    return recipe.parameters.get(answers.get(f"column:{name}", name))


def _refuse_wrong(table: Foreign, recipe: Recipe, answers: Mapping[str, str]) -> None:
    """Refuse answers that will not do, or that nothing asks for.

    Raises:
        InputError: all of them.
    """
    asked = {each.key: each for each in open_questions(table, recipe.parameters, {})}
    asked |= {each.key: each for each in open_questions(table, recipe.parameters, _only_columns(answers))}
    problems: list[Problem] = []
    for key, answer in answers.items():
        mark = Mark(f"--answer {key}={answer}", 1, 1)
        if key == "recipe":
            continue
        if key not in asked:
            if key.startswith("column:") and key in _all_columns(table):
                continue
            told = "nothing asks for this"
            problems.append(Problem(told, mark, f"asked are: {', '.join(asked) or 'nothing'}", "option"))
        elif wrong := wrong_answer(asked[key], answer, parameter_of(asked[key], recipe, answers)):
            problems.append(Problem(wrong, mark, asked[key].text, "option"))
    if problems:
        raise InputError(*problems)


def _only_columns(answers: Mapping[str, str]) -> dict[str, str]:
    return {key: answer for key, answer in answers.items() if key.startswith("column:")}


def _all_columns(table: Foreign) -> set[str]:
    return {f"column:{heading.name}" for heading in table.headings}


def _listed(questions: tuple[Question, ...], *, as_json: bool) -> int:
    """List what is to be answered, and how."""
    if as_json:
        print_json({"questions": [each.to_json() for each in questions]})
        return Exit.HELD
    for each in questions:
        choices = f" [{', '.join(each.choices)}]" if each.choices else ""
        proposal = each.proposal or "..."
        print(f'{each.text}{choices}\n    --answer "{each.key}={proposal}"')
    return Exit.HELD


def _asked(question: Question, parameter: Parameter | None) -> str:
    """Ask at the terminal until there is an answer that will do; Enter takes what is proposed.

    Raises:
        InputError: nobody answers.
    """
    choices = f" [{', '.join(question.choices)}]" if question.choices else ""
    proposal = f" ({question.proposal})" if question.proposal else ""
    while True:
        try:
            said = input(f"{question.text}{choices}{proposal} ").strip() or question.proposal
        except EOFError as error:
            raise InputError(Problem(f"no answer to {question.key}", hint=question.text, rule="import")) from error
        wrong = wrong_answer(question, said, parameter)
        if not wrong:
            return said
        print(wrong)


def _written(
    file: Path, folder: Path, table: Foreign, recipe: Recipe, answers: Mapping[str, str], *, as_json: bool
) -> int:
    """Write both files, then check the table as a run would."""
    rows, campaign = folder / f"{file.stem}.table.csv", folder / f"{file.stem}.campaign.yaml"
    there = [path for path in (rows, campaign) if path.exists()]
    if there:
        hint = "move it away, or choose another folder with --out"
        raise InputError(*(Problem(f"{path} exists already", hint=hint, rule="import") for path in there))
    folder.mkdir(parents=True, exist_ok=True)
    relative = os.path.relpath(answers["recipe"], folder)
    made = adopt(table, recipe.parameters, answers, file.stem, Path(relative).as_posix(), rows.name)
    rows.write_text(made.table, encoding="utf-8")
    campaign.write_text(made.campaign, encoding="utf-8")
    found = read_rows(parse_table(made.table, str(rows)), recipe.parameters)
    if as_json:
        print_json({"table": str(rows), "campaign": str(campaign), "rows": len(found), "questions": []})
    else:
        print(f"{rows}\n{campaign}\n{len(found)} rows; look both through, then `autosynth check {campaign}`")
    return Exit.COMPLETE
