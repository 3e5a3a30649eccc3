"""Problems are shown where they are, in any line."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from autosynth.cli.problems import excerpt, printable, render_problems
from autosynth.errors import Mark, Problem, Severity


def marked(folder: Path, line: str, column: int, columns: int = 80) -> tuple[str, str]:
    """Return the excerpt of a one-line file."""
    file = folder / "a.yaml"
    file.write_text(line + "\n", encoding="utf-8")
    shown, caret = excerpt(Mark(str(file), 1, column), columns)
    return shown, caret


@pytest.mark.parametrize(
    ("line", "column", "under"),
    [
        ("volume: 5 mL", 9, "5"),
        ("\tvolume:\t5 mL", 10, "5"),
        ("µ: 5 µL", 4, "5"),
        ("試薬: 5 mL", 5, "5"),
        ("x" * 200 + "!" + "y" * 200, 201, "!"),
        ("!" + "y" * 200, 1, "!"),
        ("試" * 100 + "!" + "薬" * 100, 101, "!"),
        ("y" * 200 + "!", 201, "!"),
    ],
)
def test_the_caret_stands_below_the_marked_character(tmp_path: Path, line: str, column: int, under: str) -> None:
    """Tabs, wide characters and long lines shift the caret to where the terminal shows the character."""
    shown, caret = marked(tmp_path, line, column)
    at = cell_len(caret) - 1
    before = next(i for i in range(len(shown) + 1) if cell_len(shown[:i]) == at)
    assert under == shown[before]
    assert cell_len(shown) <= 80


def test_a_cut_line_says_where_it_was_cut(tmp_path: Path) -> None:
    """An ellipsis stands at each end that is missing."""
    shown, _ = marked(tmp_path, "a" * 100 + "!" + "b" * 100, 101, 40)
    assert shown.strip().startswith("…")
    assert shown.endswith("…")


def test_a_mark_behind_the_end_of_its_line_is_shown_there(tmp_path: Path) -> None:
    """What is missing at the end of a line is marked at that end."""
    shown, caret = marked(tmp_path, "steps:", 30)
    assert len(shown) == caret.index("^")


@pytest.mark.parametrize(("line", "column"), [(9, 1), (0, 1), (1, 0)], ids=["no such line", "line zero", "column zero"])
def test_no_excerpt_of_a_place_that_is_not_there(tmp_path: Path, line: int, column: int) -> None:
    """A mark outside of its file shows nothing instead of failing."""
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    assert excerpt(Mark(str(file), line, column), 80) == []
    assert excerpt(Mark(str(tmp_path), 1, 1), 80) == []
    assert excerpt(Mark(str(tmp_path / "none"), 1, 1), 80) == []


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    """An escape sequence in a file or message is shown as replacement characters."""
    shown, _ = marked(tmp_path, "a: \x1b[2Jgone", 4)
    assert "\x1b" not in shown + render_problems([Problem("a \x1b[31mred\x07 one")])
    assert printable("line\nline") == "line\nline"


def test_a_problem_says_place_message_rule_and_hint(tmp_path: Path) -> None:
    """Each part stands on a line of its own, ready to be clicked and searched."""
    file = tmp_path / "a.yaml"
    file.write_text("volume: 5 m\n")
    problem = Problem("5 m is no volume", Mark(str(file), 1, 9), "write 5 mL", "units")
    expected = f"{file}:1:9: error: 5 m is no volume [units]\n    volume: 5 m\n            ^\n    hint: write 5 mL"
    assert expected == render_problems([problem], 400)


def test_an_option_is_named_without_line_and_column() -> None:
    """An option has no file, so nothing that looks like one is printed."""
    assert (
        render_problems([Problem("too much", Mark("--set cap", 1, 1), rule="recipe")])
        == "--set cap: error: too much [recipe]"
    )


def test_what_may_be_accepted_says_how_and_what_was_accepted_says_why() -> None:
    """An acknowledgeable finding names the option; an accepted one its reason."""
    open_ = render_problems([Problem("silver plates", rule="CV-AG", severity=Severity.ACKNOWLEDGE)])
    closed = render_problems([Problem("silver plates", None, "accepted: polished", "CV-AG", Severity.ACKNOWLEDGE)])
    assert "acknowledge: silver plates [CV-AG]" in open_
    assert "--acknowledge CV-AG=" in open_
    assert closed == "accepted: silver plates [CV-AG]\n    reason: polished"
