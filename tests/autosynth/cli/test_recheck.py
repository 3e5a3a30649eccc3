"""`autosynth check --watch`: one look at the beginning, one after each change, none in between."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from autosynth.cli.check import recheck
from autosynth.cli.recheck import POLL_S, look_again, watched
from autosynth.clock import VirtualClock, run_virtual
from autosynth.errors import InputError, Problem
from tests.autosynth.cli.calling import DOSE, place

WITH_LIBRARY = DOSE.replace("title: One dose\n", "title: One dose\nlibrary: species.yaml\n")


def looks(files: list[Path], changes: list[Callable[[], object]], polls: int = 4) -> list[int]:
    """Return how many looks there were at first and after each change, some polls apart."""

    async def script() -> list[int]:
        clock = VirtualClock(asyncio.get_running_loop())
        count = 0

        def look() -> None:
            nonlocal count
            count += 1

        task = asyncio.ensure_future(look_again(lambda: files, look, clock))
        seen: list[int] = []
        for change in (lambda: None, *changes):
            change()
            await clock.sleep(polls * POLL_S)
            seen.append(count)
        task.cancel()
        return seen

    return run_virtual(script())


def test_each_change_is_looked_at_once(tmp_path: Path) -> None:
    """A longer text, a file that goes, and one that comes back: one look each."""
    file, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    file.write_text("1")
    other.write_text("1")
    changes: list[Callable[[], object]] = [
        lambda: file.write_text("12"),
        lambda: other.unlink(),
        lambda: other.write_text("123"),
        lambda: None,
        lambda: os.utime(file, ns=(1, 1)),
    ]
    assert looks([file, other], changes) == [1, 2, 3, 4, 4, 5]


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path: Path) -> None:
    """Several writes within a poll of each other are one change."""
    file = tmp_path / "a.yaml"
    file.write_text("1")
    changes: list[Callable[[], object]] = [partial(file.write_text, "x" * n) for n in (2, 3, 4)]
    assert looks([file], [*changes, lambda: None, lambda: None], polls=1) == [1, 1, 1, 1, 2, 2]


def test_recipe_station_and_library_are_watched(tmp_path: Path) -> None:
    """The library is the one that the recipe names; a recipe that cannot be read names none."""
    recipe = place(tmp_path, WITH_LIBRARY)
    assert watched(recipe, None) == [recipe, tmp_path / "station.yaml", tmp_path / "species.yaml"]
    assert watched(recipe, tmp_path / "other.yaml")[1] == tmp_path / "other.yaml"
    recipe.write_text("a: [")
    assert watched(recipe, None) == [recipe, tmp_path / "station.yaml"]


def test_what_is_wrong_is_shown_and_watching_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused recipe is no end: the next change is looked at too."""
    recipe = place(tmp_path, DOSE)
    outcomes = iter([InputError(Problem("it is wrong", hint="put it right")), None])

    def check() -> int:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        print("accepted")
        return 0

    async def script() -> None:
        clock = VirtualClock(asyncio.get_running_loop())
        task = asyncio.ensure_future(recheck(recipe, None, check, clock))
        await clock.sleep(4 * POLL_S)
        recipe.write_text(f"{DOSE}# changed\n")
        await clock.sleep(4 * POLL_S)
        task.cancel()

    run_virtual(script())
    shown = capsys.readouterr()
    assert "it is wrong" in shown.err
    assert [line for line in shown.out.splitlines() if not line.startswith("---")] == ["accepted"]
    assert shown.out.count("watching recipe.yaml, station.yaml") == 2


@pytest.mark.live
@pytest.mark.skipif(os.name != "posix", reason="an interrupt is sent as a signal")
def test_an_interrupt_ends_with_zero(tmp_path: Path) -> None:
    """A process that watches shows a mistake after the file was changed, and ends in order at Ctrl-C."""
    recipe = place(tmp_path, DOSE)
    command = [sys.executable, "-c", "from autosynth.cli.main import main; main()", "check", str(recipe), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert any(line == "accepted\n" for line in process.stdout)
            recipe.write_text(DOSE.replace("400 rpm", "400 rmp"))
            assert any("did you mean 400 rpm?" in line for line in process.stderr)
            process.send_signal(signal.SIGINT)
            assert process.wait(100) == 0
        finally:
            process.kill()
