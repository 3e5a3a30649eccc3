"""The control channel of a live run on loopback: its file, its token, its answers."""

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.engine import remote
from autosynth.engine.remote import CONTROL_FILE, ControlServer, send_command
from autosynth.errors import JournalError, NotConnectedError, StateError


def handle(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer as a run might."""
    match message["command"]:
        case "hold":
            return {"state": "HOLDING", "why": message["reason"]}
        case "pause":
            raise StateError("cannot pause a run that is HELD")
        case command:
            raise ValueError(command)


def names(folder: Path) -> set[str]:
    """Return what lies in a folder."""
    return {each.name for each in folder.iterdir()}


async def recorded(_timeout_s: float) -> None:
    """Have everything on record at once."""


async def test_an_answer_waits_until_the_command_is_on_record(tmp_path: Path) -> None:
    """It acts at once; its answer comes when the disk has it, or says that it has not. Questions do not wait."""
    acted, on_disk = asyncio.Event(), asyncio.Event()

    def act(_message: Mapping[str, Any]) -> Mapping[str, Any]:
        acted.set()
        return {"state": "HOLDING"}

    async def slowly(timeout_s: float) -> None:
        if not on_disk.is_set():
            await on_disk.wait()
            raise JournalError(f"the disk has not confirmed event 7 within {timeout_s} s")

    server = ControlServer(tmp_path, "secret", act, slowly)
    await server.open()
    assert (await send_command(tmp_path, {"command": "status"}))["ok"]
    acted.clear()
    answer = asyncio.ensure_future(send_command(tmp_path, {"command": "hold", "reason": "tea"}))
    await acted.wait()
    assert not answer.done()
    on_disk.set()
    assert "has not confirmed event 7" in (await answer)["unrecorded"]
    assert "unrecorded" not in await send_command(tmp_path, {"command": "hold", "reason": "tea"})
    await server.aclose()


async def test_commands_are_answered_and_the_file_goes_with_the_run(tmp_path: Path) -> None:
    """A command reaches the run, a refusal is a StateError, and after the end nobody listens."""
    server = ControlServer(tmp_path, "secret", handle, recorded)
    await server.open()
    assert await send_command(tmp_path, {"command": "hold", "reason": "tea"}) == {
        "ok": True,
        "state": "HOLDING",
        "why": "tea",
    }
    for command, error in (("pause", "HELD"), ("fly", "not a command")):
        with pytest.raises(StateError, match=error):
            await send_command(tmp_path, {"command": command})
    await server.aclose()
    with pytest.raises(NotConnectedError, match="no live run"):
        await send_command(tmp_path, {"command": "hold", "reason": ""})
    assert not (tmp_path / CONTROL_FILE).exists()


async def test_a_run_that_hangs_keeps_nobody_waiting_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a process listens and never answers, who gives a command is told so, and what to do."""
    heard: list[bytes] = []

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        await reader.read()
        writer.close()
        left.set()

    left = asyncio.Event()
    monkeypatch.setattr(remote, "REPLY_S", 0.05)
    async with await asyncio.start_server(deaf, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        control = {"host": host, "port": port, "token": "secret"}
        (tmp_path / CONTROL_FILE).write_text(json.dumps(control), encoding="utf-8")
        (tmp_path / CONTROL_FILE).chmod(0o600)
        with pytest.raises(NotConnectedError, match=r"has not answered within .* frozen or hangs"):
            await send_command(tmp_path, {"command": "abort"})
        await left.wait()
    assert json.loads(heard[0])["command"] == "abort"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_the_file_is_its_owners_even_where_another_lay(tmp_path: Path) -> None:
    """A file left by a dead run, readable by all, is replaced by one that is not."""
    left = tmp_path / CONTROL_FILE
    left.write_text("{}", encoding="utf-8")
    left.chmod(0o666)
    server = ControlServer(tmp_path, "secret", handle, recorded)
    await server.open()
    assert stat.S_IMODE(left.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    await server.aclose()


async def test_what_lies_in_the_folder_does_not_keep_a_run_from_its_channel(tmp_path: Path) -> None:
    """A file or a folder of somebody else's, of whatever name; and nothing passing is left beside the control file."""
    (tmp_path / "control.new").mkdir()
    server = ControlServer(tmp_path, "secret", handle, recorded)
    await server.open()
    assert names(tmp_path) == {"control.new", CONTROL_FILE}
    await server.aclose()


async def test_a_wrong_token_and_nonsense_command_nothing(tmp_path: Path) -> None:
    """Without the token nothing is carried out; nonsense is answered and the channel lives on."""
    server = ControlServer(tmp_path, "secret", handle, recorded)
    await server.open()
    address = json.loads((tmp_path / CONTROL_FILE).read_text(encoding="utf-8"))
    reader, writer = await asyncio.open_connection(address["host"], address["port"])
    for line in (b'{"command": "hold", "token": "guess"}', b'{"command": "hold"}', b"[]", b"nonsense"):
        writer.write(line + b"\n")
        assert json.loads(await reader.readline())["ok"] is False
    writer.write(b'{"command": "hold", "reason": "", "token": "secret"}\n')
    assert json.loads(await reader.readline())["ok"] is True
    await server.aclose()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
