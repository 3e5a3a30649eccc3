"""The control channel under attack: only the owner's token commands, and nobody keeps the owner or the run waiting."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.remote import CONTROL_FILE, LINE_LIMIT, MOST_CALLERS, ControlServer, send_command
from autosynth.errors import InputError, NotConnectedError, StateError

TOKEN = "sécret"  # noqa: S105 - of no run
Caller = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Run:
    """A run that counts what it is told; a command without a reason is a fault of the caller's."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.folder = folder

    def handle(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        self.told.append(message["reason"])
        return {"state": "HELD"}

    async def recorded(self, _timeout_s: float) -> None:
        """Have everything on record at once."""

    async def call(self) -> Caller:
        address = json.loads((self.folder / CONTROL_FILE).read_text(encoding="utf-8"))
        return await asyncio.open_connection(address["host"], address["port"])

    async def owner(self) -> None:
        """Command it as its owner does, over a connection of one's own."""
        assert (await send_command(self.folder, {"command": "hold", "reason": "owner"}))["state"] == "HELD"


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Run]:
    run = Run(folder)
    server = ControlServer(folder, TOKEN, run.handle, run.recorded)
    await server.open()
    try:
        yield run
    finally:
        await server.aclose()


async def said(caller: Caller, line: bytes) -> Mapping[str, Any]:
    reader, writer = caller
    writer.write(line)
    return dict(json.loads(await reader.readline()))


REFUSED = [
    b'{"command": "hold", "reason": ""}',
    b'{"command": "hold", "reason": "", "token": ""}',
    b'{"command": "hold", "reason": "", "token": null}',
    b'{"command": "hold", "reason": "", "token": ["s\\u00e9cret"]}',
    b'{"command": "hold", "reason": "", "token": "s\\u00e9cre"}',
    b'{"command": "hold", "reason": "", "token": "s\\u00e9crets"}',
    b'{"command": "hold", "reason": "", "token": "S\\u00c9CRET"}',
    b'{"command": "hold", "reason": "", "token": "\\ud800"}',
    b'"s\\u00e9cret"',
    b"null",
    b"",
    b"\xff\xfe\x00",
    b"[" * 30_000,
    b'{"a":' * 10_000,
    b"9" * 5000,
    b"{" + b'"token": "s\\u00e9cret", ' * 2 + b'"command": "hold"',
]


@pytest.mark.parametrize("line", REFUSED)
async def test_what_is_not_the_owners_command_commands_nothing(tmp_path: Path, line: bytes) -> None:
    """It is answered with a refusal, and the same connection takes the owner's next line."""
    async with served(tmp_path) as run:
        caller = await run.call()
        assert (await said(caller, line + b"\n"))["ok"] is False
        assert run.told == []
        assert (await said(caller, b'{"command": "hold", "reason": "x", "token": "s\\u00e9cret"}\n'))["ok"] is True
        caller[1].close()


async def test_a_command_that_the_run_stumbles_over_is_the_callers_fault(tmp_path: Path) -> None:
    """A key that is missing, a number too large: told, and the run lives on."""
    async with served(tmp_path) as run:
        caller = await run.call()
        reply = await said(caller, json.dumps({"command": "hold", "token": TOKEN}).encode() + b"\n")
        assert (reply["ok"], reply["error"]) == (False, "not a command: 'reason'")
        await run.owner()
        caller[1].close()


async def test_a_line_without_an_end_is_no_command(tmp_path: Path) -> None:
    """Whoever dies in the middle of a line has commanded nothing, even where the line could be read."""
    async with served(tmp_path) as run:
        reader, writer = await run.call()
        writer.write(json.dumps({"command": "hold", "reason": "cut", "token": TOKEN}).encode())
        writer.write_eof()
        assert await reader.read() == b""
        assert run.told == []
        writer.close()


async def test_a_line_that_is_too_long_is_hung_up_on(tmp_path: Path) -> None:
    """The others are served meanwhile and afterwards."""
    async with served(tmp_path) as run:
        reader, writer = await run.call()
        writer.write(b"x" * (2 * LINE_LIMIT))
        await run.owner()
        assert await _ended(reader)
        assert run.told == ["owner"]
        writer.close()


async def test_callers_who_never_end_their_lines_keep_nobody_waiting(tmp_path: Path) -> None:
    """Far more of them than are served at once; the owner's command is carried out, and the run ends when it ends."""
    async with served(tmp_path) as run:
        callers = [await run.call() for _ in range(3 * MOST_CALLERS)]
        for _, writer in callers:
            writer.write(b'{"token": "s')
        await run.owner()
        assert run.told == ["owner"]
        assert all([await _ended(reader) for reader, _ in callers[: 2 * MOST_CALLERS]])
        for _, writer in callers:
            writer.close()


async def _ended(reader: asyncio.StreamReader) -> bool:
    """Tell whether the other side hung up, in good order or not, without having said anything."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


async def test_a_caller_who_does_not_listen_is_not_written_to_for_ever(tmp_path: Path) -> None:
    """Answers wait for the one who asked; everybody else is answered."""
    async with served(tmp_path) as run:
        _, writer = await run.call()
        writer.write(b"nonsense\n" * 200_000)
        await run.owner()
        writer.transport.abort()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
async def test_a_token_that_others_can_read_is_not_used(tmp_path: Path, mode: int) -> None:
    """Whoever could read it could have put it there; the message says how to mend it."""
    async with served(tmp_path) as run:
        (tmp_path / CONTROL_FILE).chmod(mode)
        with pytest.raises(InputError, match=r"can be read by others than its owner \(chmod 600"):
            await send_command(tmp_path, {"command": "hold", "reason": ""})
        assert run.told == []
        (tmp_path / CONTROL_FILE).chmod(0o600)
        await run.owner()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"port": 1}',
        b'{"port": "x", "token": ""}',
        b'{"port": -1, "token": ""}',
        b'{"port": 1e999, "token": ""}',
        b"[" * 30_000,
        b"\xff",
    ],
)
async def test_a_control_file_of_another_kind_means_that_nobody_listens(tmp_path: Path, content: bytes) -> None:
    """Nothing in it can make the caller speak to another host, either: only loopback is spoken to."""
    (tmp_path / CONTROL_FILE).write_bytes(content)
    (tmp_path / CONTROL_FILE).chmod(0o600)
    with pytest.raises(NotConnectedError, match="no live run"):
        await send_command(tmp_path, {"command": "hold", "reason": ""})


@pytest.mark.parametrize("answer", [b"", b"nonsense\n", b"[]\n", b"1\n", b"[" * 30_000 + b"\n", b"x" * 3 * LINE_LIMIT])
async def test_an_answer_of_another_program_is_no_success(tmp_path: Path, answer: bytes) -> None:
    """After a crash another program may have the port; what it says is not taken for the run's word."""

    async def strange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(strange, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        (tmp_path / CONTROL_FILE).write_text(json.dumps({"port": port, "token": "t"}), encoding="utf-8")
        (tmp_path / CONTROL_FILE).chmod(0o600)
        with pytest.raises((NotConnectedError, StateError), match=r"as a run does|hung up"):
            await send_command(tmp_path, {"command": "hold", "reason": ""})


@pytest.mark.skipif(os.name != "posix", reason="pipes are POSIX")
async def test_a_pipe_in_the_place_of_the_control_file_is_not_waited_for(tmp_path: Path) -> None:
    """It is refused at once."""
    os.mkfifo(tmp_path / CONTROL_FILE, 0o600)
    with pytest.raises(InputError, match="is a pipe"):
        await send_command(tmp_path, {"command": "hold", "reason": ""})


def test_tokens_are_compared_in_a_time_that_tells_nothing() -> None:
    """The one comparison is that of `hmac`; an equality of texts would stop at the first character that differs."""
    names = ControlServer._is_owner.__code__.co_names
    assert "compare_digest" in names
    assert not any("_token" in vars(ControlServer)[name].__code__.co_names for name in ("_reply", "_serve"))
