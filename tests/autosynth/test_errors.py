"""Errors are one tree, and an error of a conversation says who, what was sent, what came back and what to do."""

import inspect
import re

import pytest

from autosynth import errors
from autosynth.errors import (
    AutosynthError,
    DeviceRefusedError,
    ExchangeError,
    InputError,
    JournalCorruptError,
    JournalError,
    Mark,
    NoReplyError,
    NotConnectedError,
    Problem,
    Severity,
    WireError,
)

CLASSES = {
    name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, AutosynthError)
}


def described() -> dict[str, str]:
    """The tree in the module's docstring: error -> the one it stands below."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for indent, name in re.findall(r"^( *)- (\w+)", inspect.getdoc(errors) or "", re.MULTILINE):
        above[len(indent) // 2 :] = [name]
        parents[name] = above[-2] if len(above) > 1 else "Exception"
    return parents


def test_docstring_draws_the_tree() -> None:
    """The tree that the module's docstring draws is the tree of its classes."""
    assert described() == {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items()}


def test_every_error_ends_in_error_and_says_what_it_means() -> None:
    """Each class is named for what it is and carries a sentence."""
    for name, kind in CLASSES.items():
        assert name.endswith("Error")
        assert (kind.__doc__ or "").strip(), name


def test_exchange_error_tells_everything() -> None:
    """Device, message, bytes both ways and advice are in the text, the bytes last; people are told without them."""
    error = DeviceRefusedError("error 9", "pump", b"/1A3000R\r", b"\xff/0i", advice="Look for a blocked line.")
    told = "pump: error 9. Look for a blocked line."
    assert str(error) == rf"{told} (sent b'/1A3000R\r', received b'\xff/0i')"
    assert error.told == told


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NoReplyError("no reply", "pump", b"Q"), "pump: no reply (sent b'Q', received nothing)"),
        (NotConnectedError("gone"), "gone"),
        (WireError("odd", received=b"x"), "odd (received b'x')"),
        (NotConnectedError("gone", "pump", advice="Plug it in."), "pump: gone. Plug it in."),
    ],
)
def test_exchange_error_leaves_out_what_it_does_not_know(error: ExchangeError, text: str) -> None:
    """What was not sent or not heard is not invented; a command without a reply says so."""
    assert str(error) == text
    assert error.args == (error.message,)


def test_equal_errors_are_still_different_events() -> None:
    """Two failures with the same words are two failures, and can be kept in a set."""
    first, second = NoReplyError("no reply", "pump"), NoReplyError("no reply", "pump")
    assert first != second
    assert len({first, second}) == 2


def test_input_error_carries_all_problems() -> None:
    """Every problem is on a line of its own, with place, hint and rule."""
    here = Problem("no unit", Mark("r.yaml", 3, 7), "write 5 mL", "quantity")
    there = Problem("no title", severity=Severity.NOTE)
    error = InputError(here, there)
    assert error.problems == (here, there)
    assert str(error) == "r.yaml:3:7: no unit (write 5 mL) [quantity]\nno title [input]"


def test_marks_sort_as_a_reader_reads() -> None:
    """Marks are ordered by file, then line, then column, as numbers."""
    marks = [Mark("b", 1, 1), Mark("a", 10, 2), Mark("a", 9, 11), Mark("a", 9, 2)]
    assert sorted(marks) == [Mark("a", 9, 2), Mark("a", 9, 11), Mark("a", 10, 2), Mark("b", 1, 1)]


def test_a_damaged_journal_is_a_journal_error() -> None:
    """Who handles a journal that cannot be used also handles one that does not verify."""
    with pytest.raises(JournalError):
        raise JournalCorruptError("event 7")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("it was lost", "pump: it was lost. Reconnect."),
        ("it was lost.", "pump: it was lost. Reconnect."),
        ("it was lost. Reconnect.", "pump: it was lost. Reconnect."),
        ("it was lost. Reconnect", "pump: it was lost. Reconnect"),
    ],
)
def test_advice_is_told_once(message: str, told: str) -> None:
    """Where an error passes on what another one told, neither a full stop nor the advice is doubled."""
    assert NotConnectedError(message, "pump", advice="Reconnect.").told == told
