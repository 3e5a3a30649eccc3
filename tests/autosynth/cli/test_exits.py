"""Every error becomes one exit code and a sentence, in one place."""

import errno
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from autosynth.cli import main
from autosynth.cli.exits import Exit, explained
from autosynth.errors import (
    AnalysisError,
    IdentityError,
    InputError,
    JournalCorruptError,
    LockedError,
    NotConnectedError,
    Problem,
    StateError,
)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError(Problem("wrong"), Problem("also wrong")), 2, "error: wrong\nerror: also wrong\n"),
        (StateError("not now"), 2, "error: not now\n"),
        (LockedError("taken"), 2, "error: taken\n"),
        (JournalCorruptError("event 7"), 2, "error: event 7\n"),
        (AnalysisError("too short"), 2, "error: too short\n"),
        (NotConnectedError("no port", "pump"), 5, "error: pump: no port\n"),
        (IdentityError("another one", "pump"), 5, "error: pump: another one\n"),
        (PermissionError(errno.EACCES, "Permission denied", "runs"), 2, "error: runs: Permission denied\n"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "error: No space left on device\n"),
        (KeyboardInterrupt(), 3, "interrupted\n"),
    ],
)
def test_each_error_has_its_code_and_words(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bad input and refusals are 2, instruments 5, an interrupt 3; the words go to standard error."""
    with pytest.raises(SystemExit) as ended, explained():
        raise error
    assert ended.value.code == code
    assert capsys.readouterr() == ("", said)


def test_a_fault_of_ours_shows_itself() -> None:
    """What nobody foresaw is not dressed up as the user's mistake."""
    with pytest.raises(ZeroDivisionError), explained():
        raise ZeroDivisionError


def test_a_code_passes_through() -> None:
    """A command's own exit code is left alone."""
    with pytest.raises(SystemExit) as ended, explained():
        raise SystemExit(Exit.HELD)
    assert ended.value.code == 4


def test_an_interrupt_that_no_command_heard_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C twice within a moment, while a run is started, ends as one does: 3, and a word."""

    def interrupted() -> None:
        raise SystemExit(130)

    for name, instead in (("app", interrupted), ("prepare_streams", lambda: None)):
        monkeypatch.setattr(main, name, instead)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda number: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 3
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_went_away_is_no_traceback(tmp_path: Path) -> None:
    """`autosynth runs | head -0` ends quietly with the code of a closed pipe."""
    command = [sys.executable, "-c", "from autosynth.cli.main import main; main()", "runs", "--runs", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        code = process.wait()
    assert (code, said) == (141, "")
