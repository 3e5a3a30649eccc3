"""`autosynth hold|restart|pause|resume|stop|abort`: a live run's control channel from another terminal."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path

from autosynth.cli.exits import Exit
from autosynth.engine.folder import RunFolder
from autosynth.engine.remote import send_command
from autosynth.errors import NotConnectedError, StateError


def give_command(
    run: str, runs: Path, command: str, reason: str, settle: Sequence[str] = (), value: float | None = None
) -> int:
    """Send a command to a live run and print the state it is in now.

    Raises:
        InputError: there is no such run.
        StateError: it is not alive, or refuses the command in its present state.
    """
    folder = RunFolder.find(run, runs)
    message = {
        "command": command,
        "reason": reason,
        "who": getpass.getuser(),
        "settle": " ".join(settle),
        "value": value,
    }
    try:
        reply = asyncio.run(send_command(folder.path, message))
    except NotConnectedError as error:
        raise StateError(str(error)) from error
    print(f"{folder.path.name}: {reply['state']}")
    return Exit.COMPLETE
