"""Help is instant: the command line loads nothing heavy until a command is called."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "apsw",
    "importlib.metadata",
    "lark",
    "matplotlib",
    "numpy",
    "pint",
    "pydantic",
    "scipy",
    "transitions",
    "yaml",
)
OF_TYPER = {"importlib.metadata", "pydantic"}
"""Loaded by the library of the command line itself once a command has been chosen."""
COMMANDS = """
abort analyze calibrate check devices hold ledger pause recover record report restart resume run runs safe
schema settle show simulate stop watch
"""
POM = Path(__file__).parents[3] / "protocols" / "pom"
SCRIPT = """
import sys
sys.argv = ["autosynth", *sys.argv[1:]]
import autosynth.cli.main
try:
    autosynth.cli.main.main()
except SystemExit as done:
    print("\\nexit", done.code)
print("\\nloaded", *sorted(sys.modules))
"""


def call(*arguments: str) -> tuple[str, set[str]]:
    """Return what the command line prints, and the modules it has loaded at its end."""
    script = SCRIPT if arguments else "import sys, autosynth.cli.main; print('loaded', *sorted(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    shown, _, loaded = result.stdout.rpartition("loaded ")
    return shown, set(loaded.split())


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    """The module of the command line can be imported without any library for numbers, schemas or files."""
    _, loaded = call()
    assert "typer" in loaded
    assert set() == loaded & set(HEAVY)


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    """`autosynth --help` lists the commands scripts depend on, exits 0, and loads no heavy library."""
    shown, loaded = call("--help")
    assert shown.rstrip().endswith("exit 0")
    assert set(COMMANDS.split()) <= set(shown.split())
    assert set() == loaded & set(HEAVY)


@pytest.mark.parametrize("command", ["check", "run", "recover"])
def test_help_of_a_command_loads_nothing_heavy(command: str) -> None:
    """Help of a single command is as light as help itself."""
    shown, loaded = call(command, "--help")
    assert f"autosynth {command}" in shown
    assert set() == loaded & set(HEAVY) - OF_TYPER


@pytest.mark.parametrize(
    ("module", "not_yet"),
    [
        ("check", {"matplotlib", "numpy", "rich.console", "scipy"}),
        ("run", {"jinja2", "matplotlib", "rich.live", "scipy"}),
        ("show", {"matplotlib", "numpy", "rich.console", "scipy"}),
    ],
)
def test_a_command_loads_only_what_it_needs_at_once(module: str, not_yet: set[str]) -> None:
    """Analyses, drawings and tables are loaded when there is something to analyse, to draw or to print."""
    script = f"import sys, autosynth.cli.{module}; print(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set() == set(result.stdout.split()) & not_yet


def test_a_check_computes_without_numpy() -> None:
    """A whole plan is checked, its drivers asked for their limits, without the libraries that analyse data."""
    shown, loaded = call("check", str(POM / "pom_a.yaml"))
    assert shown.rstrip().endswith("exit 0")
    assert set() == loaded & {"matplotlib", "numpy", "scipy"}
