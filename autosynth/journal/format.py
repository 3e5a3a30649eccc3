"""The tables of a journal's file, and how one is made."""

import json
from collections.abc import Mapping
from pathlib import Path

import apsw

from autosynth.journal.connection import connect
from autosynth.journal.disk import Disk

FORMAT = 1
"""The version of the file's tables; a file of a later version is refused."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE event (seq INTEGER PRIMARY KEY, digest BLOB NOT NULL, body BLOB NOT NULL) STRICT;
"""


def new_file(path: Path, disk: Disk, meta: Mapping[str, str]) -> apsw.Connection:
    """Make an empty journal, durable when this returns, and return a connection to it; raises what SQLite does."""
    connection = connect(path, disk, create=True)
    try:
        with connection:
            connection.execute(_TABLES)
            rows = [("format", str(FORMAT)), ("meta", json.dumps(dict(meta), sort_keys=True)), ("open", "1")]
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        connection.wal_checkpoint()
    except BaseException:
        connection.close()
        raise
    return connection
