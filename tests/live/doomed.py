"""The command line in a process that kills itself at a boundary of its journal: `doomed.py BOUNDARIES ARGUMENT...`.

BOUNDARIES is a JSON file: `when` is `before` (all of a commit is written, nothing of it synced) or `after` (it is
synced, and nobody has been told: not a byte of the stroke has left), `known` are the boundaries to be lived through.
A boundary is named by the last event of its commit. The first other one is printed, and is the end: SIGKILL, of which
the process learns nothing. SQLite's own hooks are used; autosynth is the installed one, unchanged.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
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

    def __init__(self, when: str, known: frozenset[str]) -> None:
        self._when = when
        self._known = known
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
        if last is not None and last not in self._known:
            os.write(1, f"{DIES}{last}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def watch(connection: apsw.Connection, when: str, known: frozenset[str]) -> None:
    """Hang a doom on a connection, if it is one to a journal."""
    if Path(connection.filename).name == "journal.sqlite":
        doom = Doom(when, known)
        connection.exec_trace = doom.traced
        connection.set_wal_hook(doom.committed)


if __name__ == "__main__":
    told = json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8"))
    apsw.connection_hooks.append(lambda connection: watch(connection, told["when"], frozenset(told["known"])))
    main()
