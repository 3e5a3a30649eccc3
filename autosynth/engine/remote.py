"""Live control of a run from another terminal: a loopback socket and a token only the run's owner can read.

One JSON object a line each way: {"token", "command", "reason", "who", ...} -> {"ok", "state", ...}. A command acts at
once and is answered when it is on record: so who was answered need not say it again, whatever becomes of the run's
process. A disk that does not take it is told (`unrecorded`). The address and the token stand in `control.json` inside
the run folder, which is made anew with owner-only permissions, put in place whole, and removed at the end.
"""

import asyncio
import hmac
import json
import os
import stat
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from autosynth.errors import AutosynthError, InputError, JournalError, NotConnectedError, Problem, StateError
from autosynth.files import read_within

CONTROL_FILE, LOOPBACK = "control.json", "127.0.0.1"
LINE_LIMIT = 65536
OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_CALLERS = 32
"""More connections at once than this, and the oldest is hung up on."""
TROUBLES = (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError)
"""What comes of reading and carrying out what somebody else wrote."""
FAREWELL_S = 1.0
"""How long a conversation may take to end when the run does."""
RECORD_S = 3.0
"""So long the answer to a command waits for the disk."""
REPLY_S = 10.0
"""So long a command waits for its answer; a run answers at once, whatever it is doing."""


class ControlServer:
    """Serves one run's commands on 127.0.0.1 until closed."""

    def __init__(
        self,
        folder: Path,
        token: str,
        handle: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        recorded: Callable[[float], Awaitable[None]],
    ) -> None:
        """Make a server.

        Args:
            folder: the run folder.
            token: what a caller has to know.
            handle: carries a message out and returns the answer.
            recorded: returns when all that was commanded is on record, or raises JournalError after so many seconds.
        """
        self._recorded = recorded
        self._file = folder / CONTROL_FILE
        self._token = token
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._callers: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    async def open(self) -> None:
        """Listen on a free loopback port and write the control file."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0, limit=LINE_LIMIT)
        port = self._server.sockets[0].getsockname()[1]
        self._write(json.dumps({"host": LOOPBACK, "port": port, "token": self._token, "pid": os.getpid()}))

    def _write(self, content: str) -> None:
        """Put the control file in place whole."""
        descriptor, fresh = tempfile.mkstemp(prefix=f".{CONTROL_FILE}.", dir=self._file.parent)  # its owner's alone
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        Path(fresh).replace(self._file)

    async def aclose(self) -> None:
        """Stop listening, hang up on everybody and remove the control file."""
        self._file.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
            talks = set(self._callers)
            for writer in self._callers.values():
                writer.close()
            if talks:
                await asyncio.wait(talks, timeout=FAREWELL_S)
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._callers[talk] = writer
        if len(self._callers) > MOST_CALLERS:
            next(iter(self._callers.values())).transport.abort()  # the newest may be the owner
        try:
            while (line := await reader.readline()).endswith(b"\n"):
                writer.write(json.dumps(await self._reply(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the other side hung up or sent an endless line: nothing was commanded
        finally:
            if talk is not None:
                del self._callers[talk]
            writer.close()

    def _is_owner(self, token: object) -> bool:
        """Tell whether a token is the run's, in a time that does not say how much of it was right."""
        given = token.encode("utf-8", "replace") if isinstance(token, str) else b""
        return hmac.compare_digest(given, self._token.encode())

    async def _reply(self, line: bytes) -> Mapping[str, Any]:
        try:
            message = json.loads(line)
            if not isinstance(message, dict) or not self._is_owner(message.get("token")):
                return {"ok": False, "error": "the token is not this run's"}
            reply = {"ok": True, **self._handle(message)}
        except AutosynthError as error:
            return {"ok": False, "error": str(error)}
        except TROUBLES as error:
            return {"ok": False, "error": f"not a command: {error}"}
        try:
            if message.get("command") != "status":
                await self._recorded(RECORD_S)
        except JournalError as error:
            reply["unrecorded"] = str(error)
        return reply


async def send_command(folder: Path, message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send one command to the live run in `folder` and return its reply.

    Raises:
        NotConnectedError: no live run listens there, or it does not answer.
        StateError: the run refuses the command in its present state.
        InputError: others than its owner can read the control file, or it is no regular file.
    """
    try:
        port, token = _address(folder / CONTROL_FILE)
        reader, writer = await asyncio.open_connection(LOOPBACK, port, limit=LINE_LIMIT)
    except TROUBLES as error:
        msg = f"no live run listens in {folder}"
        raise NotConnectedError(msg, advice="It has ended, or its process died: try `autosynth recover`.") from error
    try:
        async with asyncio.timeout(REPLY_S):
            writer.write(json.dumps({"token": token, **message}).encode() + b"\n")
            await writer.drain()
            reply = dict[str, Any](json.loads(await reader.readline() or b'{"ok": false, "error": "hung up"}'))
    except TimeoutError as error:
        msg = f"the process of {folder.name} lives and has not answered within {REPLY_S:g} s"
        advice = "It is frozen or hangs, and watchdogs act. Kill it, then `autosynth safe`, then `autosynth recover`."
        raise NotConnectedError(msg, advice=advice) from error
    except TROUBLES as error:
        msg = f"what listens for {folder} does not answer as a run does"
        raise NotConnectedError(msg, advice="It may just have ended: try again, then `autosynth recover`.") from error
    finally:
        writer.close()
    if not reply.get("ok"):
        raise StateError(str(reply.get("error", "hung up without a reason")))
    return reply


def _address(file: Path) -> tuple[int, str]:
    """Return the port and the token of a control file; one that others can read may be theirs, and is not used."""
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & OTHERS:
        problem = Problem(f"{file} can be read by others than its owner", hint=f"chmod 600 {file}", rule="file")
        raise InputError(problem)
    said = json.loads(read_within(file, LINE_LIMIT))
    return int(said["port"]), str(said["token"])
