"""Makes a campaign's table and a sketch of its file from somebody else's table and the answers about it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from autosynth.campaign.table.foreign import COMMA_NUMBER, IDENTITY, IGNORE, Foreign, known_meaning
from autosynth.campaign.table.rows import is_totals
from autosynth.recipe.parts import Parameter


@dataclass(frozen=True, slots=True)
class Adopted:
    """A table that `run --table` reads, and a sketch of a campaign's file."""

    table: str
    campaign: str


def adopt(
    table: Foreign, parameters: Mapping[str, Parameter], answers: Mapping[str, str], title: str, recipe: str, name: str
) -> Adopted:
    """Return a table as campaigns want it; every open question must have its answer.

    Args:
        table: somebody else's table.
        parameters: those of the recipe.
        answers: key of a question -> answer.
        title: of the campaign.
        recipe: the recipe's file, as the campaign's file is to name it.
        name: the new table's file, likewise.
    """
    heads, places = _heads(table, parameters, answers)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    commas = answers.get("decimal") == "comma"
    for row in table.rows:
        if _dropped(row, answers):
            continue
        writer.writerow([_number(row[place]) if commas else row[place] for place in places])
    return Adopted(stream.getvalue(), _sketch(table, answers, title, recipe, name))


def _heads(
    table: Foreign, parameters: Mapping[str, Parameter], answers: Mapping[str, str]
) -> tuple[list[str], list[int]]:
    """Return the heads of the new table, and which column of the old one each is; remarks stay, marked as such."""
    heads: list[str] = []
    places: list[int] = []
    for place, heading in enumerate(table.headings):
        meaning = known_meaning(heading, parameters) or answers[f"column:{heading.name}"]
        unit = answers.get(f"unit:{heading.name}", heading.unit)
        if meaning == IGNORE:
            heads.append(f"#{heading.cell.text or heading.name}")
        elif meaning == IDENTITY:
            heads.append(IDENTITY)
        else:
            heads.append(f"{meaning} / {unit}" if unit else meaning)
        places.append(place)
    return heads, places


def _dropped(row: tuple[str, ...], answers: Mapping[str, str]) -> bool:
    if not any(row):
        return answers.get("blank") == "drop"
    return answers.get("totals") == "drop" and any(is_totals(cell) for cell in row)


def _number(text: str) -> str:
    return text.replace(",", ".") if COMMA_NUMBER.match(text) else text


def _sketch(table: Foreign, answers: Mapping[str, str], title: str, recipe: str, name: str) -> str:
    """Return a campaign's file that can be run as it is, and says what else it could say."""
    asked = "".join(f"#   {key}: {_quoted(value)}\n" for key, value in answers.items() if key != "recipe")
    told = f"# Asked while it was adopted:\n{asked}" if asked else ""
    return (
        f"# Adopted from {table.file}. Look it through before you run it.\n{told}"
        f"campaign: 1\ntitle: {_quoted(title)}\nrecipe: {_quoted(recipe)}\ntable: {_quoted(name)}\n"
        "after: {held: stop, stopped: stop, aborted: stop, refused: stop}\n"
        "# objectives:\n#   NAME: {of: MEASUREMENT.QUANTITY, goal: maximise}\n"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
