"""Whose name goes on record, also where the system knows none."""

import getpass
import os

import pytest

from autosynth.cli.keyboard import Keyboard
from autosynth.cli.person import person
from tests.autosynth.cli.test_keyboard import Run


@pytest.mark.parametrize("trouble", [KeyError("getpwuid(): uid not found: 54321"), OSError("No username set")])
def test_who_has_no_name_is_known_by_number(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry in the table of users, or no such table at all, is no error."""

    def nobody() -> str:
        raise trouble

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setattr(os, "getuid", lambda: 54321, raising=False)
    assert person() == "uid 54321"
    run = Run()
    Keyboard(run, lambda action: None).hear("abort\n")
    assert run.told == [("abort",)]


@pytest.mark.parametrize(("name", "told"), [("  ", "uid 54321"), ("ann\udcff", "ann?"), (" ann ", "ann")])
def test_a_name_can_go_on_record(name: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name would be refused by a ledger, bytes that are no text by a journal."""
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    monkeypatch.setattr(os, "getuid", lambda: 54321, raising=False)
    assert person() == told
