"""What a traced process asked of the kernel, in its order: files and ports written, syncs begun and ended."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

CALLS = "fdatasync,fsync,write,sendto,pwrite64"
STRACE = (
    "strace",
    "--follow-forks",
    "--absolute-timestamps=format:unix,precision:us",
    "--decode-fds=path",
    "-s",
    "1200",
)
"""With strings long enough for a page of the journal."""
_BEGUN = re.compile(r'(?P<pid>\d+) +[\d.]+ (?P<name>\w+)\(\d+<(?P<path>[^>]*)>(?:, "(?P<data>(?:[^"\\]|\\.)*)")?')
_RESUMED = re.compile(r"(?P<pid>\d+) +[\d.]+ <\.\.\. (?P<name>\w+) resumed>")


class Call(NamedTuple):
    """One call when it begins (`ended` is False), and again when it has succeeded."""

    name: str
    path: str
    data: bytes
    ended: bool


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Yield the calls that a trace of several threads tells of, as they begin and end."""
    begun: dict[str, Call] = {}
    for line in lines:
        if match := _BEGUN.match(line):
            data = (match["data"] or "").encode("latin-1").decode("unicode_escape").encode("latin-1")
            call = begun[match["pid"]] = Call(match["name"], match["path"], data, ended=False)
            yield call
        elif not (match := _RESUMED.match(line)):
            continue
        if not line.rstrip().endswith("<unfinished ...>") and " = -1 " not in line and match["pid"] in begun:
            yield begun.pop(match["pid"])._replace(ended=True)
