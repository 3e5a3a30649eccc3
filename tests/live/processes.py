"""A served bench and a live run as processes that a test starts, watches and harms.

Waiting is always for something: a line, an exit, a truth of the bench; how long it takes is nobody's business but the
time-out's.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.remote import send_command
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.report.summary import summarise
from autosynth.station.load import load_station

ROOT = Path(__file__).parents[2]
ONE_VESSEL = ROOT / "tests/stations/one_vessel.yaml"
SLOW_DOSE = ROOT / "tests/recipes/slow_dose.yaml"
DOSE_AND_WAIT = ROOT / "tests/recipes/dose_and_wait.yaml"
DEADLINE_S = 100.0
AUTOSYNTH: Sequence[str | Path] = (sys.executable, "-c", "from autosynth.cli.main import main; main()")
"""The command line in a process of its own."""


def autosynth(
    arguments: Sequence[str | Path], place: Path, program: Sequence[str | Path] = AUTOSYNTH
) -> subprocess.Popen[str]:
    """Start the command line, or another `program`; its locks stay in `place`."""
    return subprocess.Popen(
        [*map(str, program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=place,
        env={**os.environ, "XDG_STATE_HOME": str(place / "state"), "TMPDIR": str(place), "COLUMNS": "120"},
    )


def called(arguments: Sequence[str | Path], place: Path, program: Sequence[str | Path] = AUTOSYNTH) -> tuple[int, str]:
    """Call the command line and return its exit code and output."""
    process = autosynth(arguments, place, program)
    output, _ = process.communicate(timeout=DEADLINE_S)
    return process.returncode, output


class Process:
    """A process that says what it does, line by line."""

    def __init__(self, arguments: Sequence[str | Path], place: Path, program: Sequence[str | Path] = AUTOSYNTH) -> None:
        self.place = place
        self.lines: list[str] = []
        self._process = autosynth(arguments, place, program)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self.ended()
        self._output.close()
        print(*self.lines, sep="\n")  # shown when the test fails

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def said(self, text: str) -> str:
        """Return the next line that contains `text`, once it is there."""
        for line in self._output:
            self.lines.append(line.rstrip("\n"))
            if text in line:
                return self.lines[-1]
        raise AssertionError(f"it ended without saying {text!r}:\n" + "\n".join(self.lines))

    def says(self) -> Iterator[str]:
        """Yield what it says, line by line, to its end."""
        for line in self._output:
            self.lines.append(line.rstrip("\n"))
            yield self.lines[-1]

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Return the exit code, once there is one."""
        self.lines.extend(line.rstrip("\n") for line in self._output)
        return self._process.wait(DEADLINE_S)

    def killed(self) -> None:
        """Kill it without a chance to say anything."""
        self._process.kill()
        self.ended()


class ServedBench(Process):
    """`autosynth simulate` on a station, ready."""

    def __init__(self, station: Path, place: Path, *, seed: int = 3, speed: float = 5.0) -> None:
        self.station = place / "station.yaml"
        self.speed = speed
        super().__init__(
            ["simulate", station, "--seed", str(seed), "--speed", str(speed), "--out", self.station], place
        )
        self._port = int(self.said("truth tcp://").rpartition(":")[2])
        said = (line.split(" serial:") for line in self.lines if " serial:" in line)
        self.ports = {devices: os.path.realpath(link) for devices, link in said}
        """The pseudo-terminals by the devices on them."""
        self.said("ready")

    def ask(self, question: str) -> dict[str, Any]:
        """Ask the bench's query port."""
        with socket.create_connection(("127.0.0.1", self._port), DEADLINE_S) as connection:
            connection.sendall(question.encode() + b"\n")
            with connection.makefile("rb") as reader:
                answer: dict[str, Any] = json.loads(reader.readline())
        assert "error" not in answer, answer
        return answer

    def truth(self) -> dict[str, Any]:
        """Return what is really where."""
        return self.ask("truth")

    def until(self, fact: Callable[[Mapping[str, Any]], bool]) -> None:
        """Return when `fact` is true of the truth; the bench itself sets the pace of the questions."""
        address = ("127.0.0.1", self._port)
        with socket.create_connection(address, DEADLINE_S) as connection, connection.makefile("rb") as reader:
            connection.sendall(b"truth\n")
            while not fact(json.loads(reader.readline())):
                connection.sendall(b"truth after 0.1\n")

    def until_dosing(self) -> None:
        """Return in the middle of the dose of `slow_dose`."""
        self.until(lambda truth: _dosing(truth["devices"]["pump"]))

    def reactor_ml(self) -> float:
        """Return how much is really in the reactor."""
        return float(self.truth()["vessels"]["reactor"]["volume_ml"])


def _dosing(pump: Mapping[str, Any]) -> bool:
    return bool(pump["moving"] and pump["port"] == "9" and pump["plunger_ml"] > 0.5)


class LiveRun(Process):
    """`autosynth run` on a served bench."""

    def __init__(
        self,
        bench: ServedBench,
        *options: str,
        recipe: Path = SLOW_DOSE,
        program: Sequence[str | Path] = AUTOSYNTH,
    ) -> None:
        self.runs = bench.place / "runs"
        arguments: list[str | Path] = ["run", recipe, "--station", bench.station, "--runs", self.runs, "--plain"]
        super().__init__([*arguments, *options], bench.place, program)
        self.folder = Path(self.said("run folder").removeprefix("run folder "))

    def command(self, name: str, *options: str) -> tuple[int, str]:
        """Give a command from another terminal."""
        return called([name, "last", "--runs", self.runs, *options], self.place)

    def tell(self, command: str, **more: str) -> Mapping[str, Any]:
        """Give a command over the control channel, without another process."""
        return tell(self.folder, command, **more)

    def summary(self) -> dict[str, Any]:
        """Return what the record says of the run, its chain verified."""
        folder = RunFolder(self.folder)
        return summarise(read_history(folder, load_station(folder.path / "station.yaml"), OsDisk()))

    def times_s(self, kind: str | None = None) -> list[float]:
        """Return the run times of the recorded events, or of those of one kind."""
        store = JournalStore.read(RunFolder(self.folder).journal, OsDisk())
        try:
            return [event.t_s for event in store.events() if kind in (None, event.kind)]
        finally:
            store.abandon()


def tell(folder: Path, command: str, **more: str) -> Mapping[str, Any]:
    """Give a command over the control channel of the run in `folder`.

    Raises:
        StateError: the run refuses it, or takes no commands.
    """
    return asyncio.run(send_command(folder, {"command": command, **more}))


class Recovery(Process):
    """`autosynth recover` of a run."""

    def __init__(self, run: LiveRun) -> None:
        super().__init__(["recover", "last", "--runs", run.runs, "--plain"], run.place)
        self.said("run folder")
