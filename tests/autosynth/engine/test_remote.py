"""Live control: only who can read the run's folder commands it, and nothing sent to the socket harms the run."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.clock import run_real
from autosynth.engine.remote import CONTROL_FILE, LINE_LIMIT, ControlServer, send_command
from autosynth.errors import NotConnectedError, StateError

Talk = Callable[[Path, list[Mapping[str, Any]]], Awaitable[Any]]


def served(folder: Path, talk: Talk) -> tuple[Any, list[Mapping[str, Any]]]:
    """Serve a run's folder while `talk` lasts; return its result and what was commanded."""
    commanded: list[Mapping[str, Any]] = []

    def handle(message: Mapping[str, Any]) -> Mapping[str, Any]:
        if "command" not in message:
            raise ValueError("'' is not a command")
        if message["command"] == "resume":
            raise StateError("cannot resume a run that is RUNNING")
        commanded.append({key: value for key, value in message.items() if key != "token"})
        return {"state": "HOLDING"}

    async def main() -> Any:
        server = ControlServer(folder, "secret", handle)
        await server.open()
        try:
            return await talk(folder, commanded)
        finally:
            await server.aclose()

    return run_real(main()), commanded


async def lines(folder: Path, *sent: bytes) -> list[Any]:
    """Send raw lines and return what comes back, until the server hangs up."""
    address = json.loads((folder / CONTROL_FILE).read_text(encoding="utf-8"))
    reader, writer = await asyncio.open_connection(address["host"], address["port"])
    for each in sent:
        writer.write(each + b"\n")
    writer.write_eof()
    replies = [json.loads(line) async for line in reader]
    writer.close()
    return replies


def test_a_command_reaches_the_run(tmp_path: Path) -> None:
    """A command from the folder's owner is carried out and answered with the new state."""

    async def talk(folder: Path, _: Any) -> Any:
        return await send_command(folder, {"command": "hold", "who": "Ada"})

    reply, commanded = served(tmp_path, talk)
    assert reply == {"ok": True, "state": "HOLDING"}
    assert commanded == [{"command": "hold", "who": "Ada"}]


def test_a_refused_command_says_why(tmp_path: Path) -> None:
    """What the run's state does not allow is an error with the run's own words."""

    async def talk(folder: Path, _: Any) -> Any:
        with pytest.raises(StateError, match="cannot resume a run that is RUNNING"):
            await send_command(folder, {"command": "resume"})

    assert served(tmp_path, talk)[1] == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"command": "abort"}',
        b'{"command": "abort", "token": "guess"}',
        b'{"command": "abort", "token": null}',
        b'{"command": "abort", "token": "s\xc3\xa9cret"}',
        b'["secret", "abort"]',
        b"abort",
        b"\xff\xfe",
        b"",
        b'{"token": "secret"}',
    ],
)
def test_nothing_is_done_without_the_token(tmp_path: Path, line: bytes) -> None:
    """A line without the run's token, or that is no command at all, is refused, and the server goes on serving."""

    async def talk(folder: Path, _: Any) -> Any:
        replies = await lines(folder, line)
        return replies, await send_command(folder, {"command": "hold"})

    (replies, then), commanded = served(tmp_path, talk)
    assert [reply["ok"] for reply in replies] == [False]
    assert then["ok"]
    assert commanded == [{"command": "hold"}]


def test_an_endless_line_ends_only_its_own_conversation(tmp_path: Path) -> None:
    """A caller that never ends its line is hung up on; the run can still be commanded."""

    async def talk(folder: Path, _: Any) -> Any:
        try:
            replies = await lines(folder, b"x" * (3 * LINE_LIMIT))
        except ConnectionError:
            replies = []
        return replies, await send_command(folder, {"command": "hold"})

    (replies, then), _ = served(tmp_path, talk)
    assert replies == []
    assert then["ok"]


def test_the_control_file_is_the_owners_alone(tmp_path: Path) -> None:
    """The file with the token can be read by its owner only, even where an old one lay about, and goes at the end."""
    (tmp_path / CONTROL_FILE).write_text("{}", encoding="utf-8")
    (tmp_path / CONTROL_FILE).chmod(0o666)

    async def talk(folder: Path, _: Any) -> Any:
        return stat.S_IMODE((folder / CONTROL_FILE).stat().st_mode)

    assert served(tmp_path, talk)[0] == 0o600
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, "", "{}", '{"host": "127.0.0.1", "port": 1, "token": "t"}'])
def test_a_dead_run_says_so(tmp_path: Path, content: str | None) -> None:
    """Where nobody listens, or the file is left over from a dead process, the advice is to recover."""
    if content is not None:
        (tmp_path / CONTROL_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(NotConnectedError, match=r"no live run listens.*autosynth recover"):
        run_real(send_command(tmp_path, {"command": "hold"}))


def test_the_end_of_a_run_ends_all_conversations(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Callers still connected when the run ends are hung up on in order: nothing is logged, nobody waits."""

    async def talk(folder: Path, _: Any) -> Any:
        address = json.loads((folder / CONTROL_FILE).read_text(encoding="utf-8"))
        reader, writer = await asyncio.open_connection(address["host"], address["port"])
        writer.write(b'{"token": "secret", "command": "hold"}\n')
        await reader.readline()
        return reader, writer

    async def main() -> bytes:
        server = ControlServer(tmp_path, "secret", lambda message: {"state": "HOLDING"})
        await server.open()
        reader, writer = await talk(tmp_path, None)
        await server.aclose()
        rest: bytes = await reader.read()
        writer.close()
        return rest

    assert run_real(main()) == b""
    assert caplog.records == []
