"""`autosynth hold|restart|pause|resume|stop|abort`: a live run's control channel from another terminal."""

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from autosynth.cli.campaigns import named_campaign
from autosynth.cli.exits import Exit
from autosynth.cli.person import person
from autosynth.cli.summary import next_steps
from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder, is_written
from autosynth.engine.machine import RunState
from autosynth.engine.remote import send_command
from autosynth.errors import JournalError, NotConnectedError, StateError
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.station.load import load_station
from autosynth.station.locks import Owner, holder

RUN_OF = re.compile(r"(?:run|recovery of) (\S+)")
"""What the lock of a run's station says that its process does."""


def give_command(
    run: str, runs: Path, command: str, reason: str, settle: Sequence[str] = (), value: float | None = None
) -> int:
    """Send a command to a live run and print the state it is in now.

    Raises:
        InputError: there is no such run.
        StateError: it is not alive (the message says what can be done), or refuses the command in its present state.
        JournalError, JournalCorruptError: it is not alive, and its record cannot be read.
    """
    campaign = named_campaign(run, runs)
    if campaign is not None and command == "pause":
        campaign.pause.touch()
        print(f"{campaign.path.name}: it pauses behind the vial in hand")
        return Exit.COMPLETE
    folder = RunFolder.find(str(campaign.path) if campaign is not None else run, runs)
    message = {
        "command": command,
        "reason": reason,
        "who": person(),
        "settle": " ".join(settle),
        "value": value,
    }
    try:
        reply = asyncio.run(send_command(folder.path, message))
    except NotConnectedError as error:
        raise StateError(_deaf(folder, error) if is_written(folder.journal) else _gone(folder)) from error
    print(f"{folder.path.name}: {reply['state']}")
    if "unrecorded" in reply:
        print(f"warning: it acts and is not on record yet: {reply['unrecorded']}", file=sys.stderr)
    return Exit.COMPLETE


def used_by(station_file: Path) -> str:
    """Return which live process has a station, so that its ports cannot be had, and what to do; else nothing."""
    owner = holder(station_file)
    if owner is None:
        return ""
    run = RUN_OF.match(owner.what)
    abort = f"`autosynth abort {run[1]}` makes the station safe; if it does not answer, " if run else ""
    way = f"{abort}kill process {owner.pid} first, then `autosynth safe {station_file}`"
    return f"the station is used by process {owner.pid} on {owner.host} ({owner.what}): {way}"


def _deaf(folder: RunFolder, error: NotConnectedError) -> str:
    """Return how to command a run that lives and is not heard of: its control file is gone, or it is frozen."""
    owner = _process(folder)
    process = f"process {owner.pid} on {owner.host}" if owner is not None else "a process of this computer"
    told = f" (`kill {owner.pid}`)" if owner is not None and os.name == "posix" else ""
    how = f"Ctrl-C in its own terminal holds it, again aborts it; SIGTERM{told} holds it and lets it go"
    frozen = "If neither does anything, kill it, then `autosynth safe`, then `autosynth recover`."
    return f"{folder.path.name} lives ({process}) and takes no commands here: {error.message}. {how}. {frozen}"


def _process(folder: RunFolder) -> Owner | None:
    """Return the live process of a run, if it has a station; one that has it for another run is not meant."""
    try:
        store = JournalStore.read(folder.journal, OsDisk())
    except JournalError:
        return None
    try:
        names, file = {str(store.meta.get("run")), folder.path.name}, store.meta.get("station_file")
    finally:
        store.abandon()
    owner = holder(Path(file)) if file else None
    run = RUN_OF.match(owner.what) if owner is not None else None
    return owner if run is not None and run[1] in names else None


def _gone(folder: RunFolder) -> str:
    """Return why a run takes no commands any more, and what can be done with it."""
    history = read_history(folder, load_station(folder.path / "station.yaml"), OsDisk())
    if history.finished:
        return f"{folder.path.name} is {history.state.value}: it takes no commands"
    if not history.identities:
        what = f"the process of {folder.path.name} ended before anything was connected or moved"
        return f"{what}: run it again, or, where the station is said to have it open, recover it"
    simulated = bool(history.meta.get("simulated"))
    what = "was HELD when its process ended" if history.state is RunState.HELD else "has no process any more"
    return f"{folder.path.name} {what}. {next_steps(alive=False, simulated=simulated)}"
