"""A reader's terminal: commands of a console block are run, what they print is compared with what the block shows.

`...` alone on a line stands for any lines, inside a line for any text. Runs of blanks count as one, a number with a
decimal point and a time h:mm:ss may differ by a tenth: a table's width and a simulated noise are not what a
document promises.
A command ending in `&` stays behind once it has said that the reader can go on; `# first terminal: TEXT` waits until
the last of them says TEXT; `kill -9 $!` kills it.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Self

from tests.docs.blocks import ROOT, Block

DEADLINE_S = 500.0
WAIT = "# first terminal: "
AWAITED = ("ready", "IDLE -> RUNNING")
"""What a command left running says when the reader can go on."""
NEAR = 0.1
NEAR_S = 60.0
"""Short times may differ by a minute."""
_CLOCK = r"(?<!\d)\d+:\d\d:\d\d(?!\d)"
_NUMBER = r"(?<![\w.])[-+]?\d+\.\d+(?:e[-+]?\d+)?(?!\.?\w*[@:])"
_VARIABLE = re.compile(rf"(\.\.\.|{_CLOCK}|{_NUMBER})")


class Terminal:
    """One folder with the project's data in it, the installed commands, and what was left running there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._code = 0
        self._behind: list[subprocess.Popen[str]] = []
        scripts = Path(sys.executable).parent
        self._environment = {
            **alone(),
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for process in reversed(self._behind):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in self._behind:
            process.communicate(timeout=DEADLINE_S)

    def run(self, block: Block) -> list[str]:
        """Run a block's commands and return what is different from what it shows, and codes nobody asked about."""
        troubles: list[str] = []
        for command, shown in exchanges(block.text):
            if command.startswith(WAIT):
                printed = self._wait_for(command.removeprefix(WAIT))
            elif command == "echo $?":
                printed = f"{self._code}\n"
                self._code = 0
            else:
                if self._code:
                    troubles.append(f"{block}: the command before {command!r} ended with {self._code}")
                printed = self._carry_out(command)
            if not agrees(shown, printed):
                troubles.append(f"{block}: {command}\n--- shown\n{shown}--- printed\n{printed}")
        if self._code:
            troubles.append(f"{block}: the last command ended with {self._code}")
            self._code = 0
        return troubles

    def run_python(self, block: Block) -> list[str]:
        """Run a Python block with the installed packages and return what went wrong."""
        done = self._call([sys.executable, "-W", "error", "-c", block.text])
        return [f"{block}: it ended with {done.returncode}\n{done.stdout}"] if done.returncode else []

    def _call(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    def _carry_out(self, command: str) -> str:
        if command == "kill -9 $!":
            self._behind[-1].kill()
            self._behind.pop().communicate(timeout=DEADLINE_S)
            return ""
        if command.endswith("&"):
            return self._leave_running(command.removesuffix("&").strip())
        done = self._call(["bash", "-c", made(command)])
        self._code = done.returncode
        return done.stdout

    def _wait_for(self, text: str) -> str:
        """Return nothing once the last command left running has said `text`, else all it said instead."""
        printed = ""
        output: IO[str] = self._behind[-1].stdout  # type: ignore[assignment]
        for line in output:
            printed += line
            if " ".join(text.split()) in " ".join(line.split()):
                return ""
        return printed

    def _leave_running(self, command: str) -> str:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._behind.append(process)
        output: IO[str] = process.stdout  # type: ignore[assignment]
        printed = ""
        for line in output:
            printed += line
            if any(word in line for word in AWAITED):
                return printed
        self._code = process.wait(DEADLINE_S)
        return printed


def alone() -> dict[str, str]:
    """Return this environment without what `make test` has put into it: a reader's shell was not started by make."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def made(command: str) -> str:
    """Return what `make TARGET` would run last, without installing; any other command as it is."""
    target = command.removeprefix("make ")
    if target == command:
        return command
    asked = ["make", "--no-print-directory", "-n", target]
    dry = subprocess.run(asked, cwd=ROOT, env=alone(), capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    last = dry.stdout.strip().splitlines()[-1]
    return last.replace(".venv/bin/", "") if target == "demo" else "true"


def exchanges(text: str) -> list[tuple[str, str]]:
    """Return the commands of a block, each with what is shown after it."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(("$ ", WAIT)):
            found.append((line.removeprefix("$ ").strip(), ""))
        elif found and found[-1][0].endswith("\\"):
            found[-1] = (f"{found[-1][0][:-1]}{line.strip()}", "")
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def agrees(shown: str, printed: str) -> bool:
    """Say whether a document's output is what was printed, wildcards and near numbers allowed."""
    want, have = _lines(shown), _lines(printed)
    reached = {0}
    for line in want:
        if line == "...":
            reached = set(range(min(reached, default=len(have) + 1), len(have) + 1))
        else:
            reached = {i + 1 for i in reached if i < len(have) and _same(line, have[i])}
    return len(have) in reached


def _lines(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", line).strip() for line in text.strip("\n").splitlines() if line.strip()]


def _same(shown: str, printed: str) -> bool:
    parts = [part for part in _VARIABLE.split(shown) if part]
    match = re.fullmatch("".join(map(_pattern, parts)), printed)
    return match is not None and all(map(_near, parts, match.groups()))


def _pattern(part: str) -> str:
    for kind in (_CLOCK, _NUMBER):
        if re.fullmatch(kind, part):
            return f"({kind})"
    return "(.*?)" if part == "..." else f"({re.escape(part)})"


def _near(shown: str, printed: str) -> bool:
    """Say whether two numbers, or two times, are close; any other text has been matched already."""
    if re.fullmatch(_CLOCK, shown):
        here_s, there_s = _seconds(shown), _seconds(printed)
        return abs(here_s - there_s) <= max(NEAR_S, NEAR * here_s)
    if re.fullmatch(_NUMBER, shown):
        here, there = float(shown), float(printed)
        return abs(here - there) <= NEAR * max(abs(here), abs(there))
    return True


def _seconds(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + seconds
