"""The command line in a process that kills itself at a boundary of its journal: `doomed.py BOUNDARIES ARGUMENT...`.

BOUNDARIES is a JSON file: `when` is `before` (all of a commit is written, nothing of it synced) or `after` (it is
synced, and nobody has been told: not a byte of the stroke has left), `known` are the boundaries to be lived through,
but not more than `most`, and `wanted` is how the others begin that are meant. A boundary is named by the last event of
its commit. The first one that is meant is printed, and is the end: SIGKILL, of which the process learns nothing.
SQLite's own hooks are used; autosynth is the installed one, unchanged.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from autosynth.cli.main import main

DIES = "dies at: "


def boundary(event: Mapping[str, Any]) -> str:
    """Return what makes an event a boundary of its own: what happens, in which action and phase, by which stroke."""
    payload = event["payload"]
    stroke = payload.get("stroke", {})
    words = (event["kind"], event["action"], payload.get("phase"), stroke.get("verb"), payload.get("to"))
    return " ".join(str(word) for word in words if word)


class Doom:
    """Watches one connection to a journal."""

    def __init__(self, when: str, known: Sequence[str], most: int, wanted: str) -> None:
        self._when = when
        self._known = frozenset(known)
        self._most = most
        self._wanted = wanted
        self._last: str | None = None

    def traced(self, cursor: object, sql: str, bindings: Any) -> bool:
        """Note each event, and die before its commit if it is time."""
        if sql.startswith("INSERT INTO event"):
            self._last = boundary(json.loads(bindings[2]))
        elif sql == "COMMIT" and self._when == "before":
            self._meet()
        return True

    def committed(self, connection: apsw.Connection, name: str, pages: int) -> int:
        """Die after a commit is on the disk if it is time."""
        if self._when == "after":
            self._meet()
        return apsw.SQLITE_OK

    def _meet(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return
        self._most -= 1
        if last.startswith(self._wanted) and (last not in self._known or self._most < 0):
            os.write(1, f"{DIES}{last}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def watch(connection: apsw.Connection, told: Mapping[str, Any]) -> None:
    """Hang a doom on a connection, if it is one to a journal."""
    if Path(connection.filename).name == "journal.sqlite":
        doom = Doom(**told)
        connection.exec_trace = doom.traced
        connection.set_wal_hook(doom.committed)


if __name__ == "__main__":
    told = json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8"))
    apsw.connection_hooks.append(lambda connection: watch(connection, told))
    main()
