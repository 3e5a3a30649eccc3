"""Help explains every option, in eighty columns."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from autosynth.cli.main import app


def commands() -> dict[str, list[Any]]:
    """Return the options and arguments of every command."""
    group: Any = typer.main.get_command(app)
    return {name: list(command.params) for name, command in group.commands.items()}


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_explained_in_eighty_columns(name: str) -> None:
    """Help of each command says what each option and argument means, and fits a terminal."""
    shown = CliRunner().invoke(app, [name, "--help"], terminal_width=80).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert [each.name for each in commands()[name] if not getattr(each, "help", None)] == []


def test_the_list_of_commands_is_not_cut() -> None:
    """Each command's line is a whole sentence at 80 columns."""
    shown = CliRunner().invoke(app, ["--help"], terminal_width=80).stdout
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("option", "example"), [("--set", "cap=2.1"), ("--acknowledge", "CV-AG="), ("--fault", "@n=40")]
)
def test_help_shows_how_pairs_are_written(option: str, example: str) -> None:
    """The syntax of options that are pairs is shown by example."""
    shown = CliRunner().invoke(app, ["run", "--help"], terminal_width=80).stdout
    assert option in shown
    assert example in shown.replace("\n", "").replace(" ", "")
