"""A table as it is read: every cell at its place, and whatever could be read in two ways refused with advice."""

from pathlib import Path

import pytest

from autosynth.campaign.table.header import read_heading
from autosynth.campaign.table.table import LARGEST_TABLE, MOST_ROWS, Cell, parse_table, read_table
from autosynth.errors import InputError, Mark, Problem

MARK = Mark("t.csv", 1, 1)


def refused(text: str) -> tuple[Problem, ...]:
    """Return why a text is no table."""
    with pytest.raises(InputError) as caught:
        parse_table(text, "t.csv")
    return caught.value.problems


def test_cells_know_their_places() -> None:
    """Places are those of an editor: past blanks, at the quote of a quoted cell."""
    table = parse_table('id, feed / mM,note\nv1,  2.5,"a, b"\n', "t.csv")
    assert [cell.text for cell in table.header] == ["id", "feed / mM", "note"]
    assert [(cell.text, cell.mark.line, cell.mark.column) for cell in table.lines[0].cells] == [
        ("v1", 2, 1),
        ("2.5", 2, 6),
        ("a, b", 2, 10),
    ]
    assert table.problems == []


def test_a_spreadsheets_utf8_table_is_read(tmp_path: Path) -> None:
    """A byte order mark and carriage returns are how spreadsheets write; neither changes what is read."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfid,feed\r\nv1,2\r\n")
    assert [cell.text for cell in read_table(path).header] == ["id", "feed"]
    assert [cell.text for cell in read_table(path).lines[0].cells] == ["v1", "2"]


@pytest.mark.parametrize(
    ("content", "said", "advice"),
    [
        ("id,feed\n".encode("utf-16"), "UTF-16", "CSV UTF-8"),
        (b"id;feed\nv1;2,5\n", "semicolons", "decimal commas"),
        (b"id\tfeed\nv1\t2\n", "tabs", "commas"),
        (b"id,f\xe9ed\nv1,2\n", "not UTF-8", "UTF-8"),
        (b"", "no header", "names"),
        (b"\nid,feed\n", "no header", "names"),
    ],
)
def test_other_manners_are_refused_with_advice(tmp_path: Path, content: bytes, said: str, advice: str) -> None:
    """Nothing is guessed: the message says what it is and the hint how to save it."""
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_table(path)
    (problem,) = caught.value.problems
    assert said in problem.message
    assert advice in problem.hint


def test_a_table_is_read_within_limits(tmp_path: Path) -> None:
    """Neither the file nor the number of rows or columns can grow without end."""
    path = tmp_path / "t.csv"
    path.write_bytes(b"id\n" + b"v" * LARGEST_TABLE)
    with pytest.raises(InputError, match="at most 2 MB"):
        read_table(path)
    assert "rows" in refused("id\n" + "v\n" * (MOST_ROWS + 1))[0].message
    assert "columns" in refused("a," * 101 + "b\n1\n")[0].message


def test_lines_of_another_width_and_open_quotes_are_problems_of_their_own() -> None:
    """All of them at once; a cell too many is pointed at, and a decimal comma is the likely reason."""
    table = parse_table('id,feed\nv1,2,5\nv2\nv3,"2\n', "t.csv")
    assert [(each.mark.line, each.mark.column) for each in table.problems if each.mark] == [(4, 1), (2, 6), (3, 1)]
    assert "point" in table.problems[1].hint
    assert [each.message for each in parse_table("id,feed\n", "t.csv").problems] == ["the table has no rows"]


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("feed / mM", "feed", "mM"),
        ("feed (mM)", "feed", "mM"),
        ("feed [mL/min]", "feed", "mL/min"),
        ("rate / mL/min", "rate", "mL/min"),
        ("Cu/Ag", "Cu/Ag", ""),
        ("feed", "feed", ""),
    ],
)
def test_heads_tell_name_and_unit(text: str, name: str, unit: str) -> None:
    """As in the literature; a slash inside a name is a name's."""
    heading = read_heading(Cell(text, MARK))
    assert (heading.name, heading.unit) == (name, unit)


def test_a_column_without_a_name_is_refused() -> None:
    """A unit alone names nothing."""
    for text in ("", "(mM)"):
        with pytest.raises(InputError, match="no name"):
            read_heading(Cell(text, MARK))
