r"""Conversations with instruments as text that people can read, with their provenance.

    # source: manual, <title, version, page>     kind and place of the evidence; kinds: manual, capture, derived
    # any other comment
    > 2f 31 3f 0d                                host to device: hex bytes, one space between
    < @0.012 ff 2f 30 60 03 0d 0a  a remark      device to host, 12 ms into the conversation
    > "*IDN?\n"                                   a JSON string stands for its Latin-1 bytes

A remark begins after two spaces or with `#`. Manual and capture are golden; derived, what our own code once said,
proves nothing. Replaying is exact: what is sent must be what is written, byte for byte, in whatever pieces.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from autosynth.errors import InputError, Mark, Problem
from autosynth.wire.stream import Trace

_LINE = re.compile(
    r"(?P<way>[<>]) *(?:@(?P<time>[0-9]+(?:\.[0-9]+)?) +)?"
    r'(?P<bytes>"(?:[^"\\]|\\.)*"|[0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})*)(?:(?: {2,}|\t| *#).*| *)$'
)


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes one way; `t_s` counts from the beginning of the conversation and may be unknown."""

    way: Literal[">", "<"]
    data: bytes
    t_s: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation and where it comes from."""

    source: str
    records: tuple[Record, ...]

    @property
    def golden(self) -> bool:
        """Return whether it comes from a manual or a capture of a real instrument."""
        return self.source.lower().startswith(("manual", "capture"))


def parse_transcript(text: str, file: str = "transcript") -> Transcript:
    """Return the conversation written in `text`.

    Raises:
        InputError: a line is neither comment nor record, or there is no `# source:`; all such lines are named.
    """
    source = ""
    records: list[Record] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            name, _, rest = line[1:].partition(":")
            source = source or (rest.strip() if name.strip() == "source" else "")
        elif line.strip():
            record = _record(line)
            if record is None:
                problems.append(Problem("not a record", Mark(file, number, 1), 'write `> 2f 31` or `< "text\\n"`'))
            else:
                records.append(record)
    if not source:
        problems.append(Problem("no provenance", Mark(file, 1, 1), "begin with `# source:`"))
    if problems:
        raise InputError(*problems)
    return Transcript(source, tuple(records))


def write_transcript(transcript: Transcript) -> str:
    """Return the text that `parse_transcript` reads back."""
    return f"# source: {transcript.source}\n" + "".join(map(format_record, transcript.records))


def format_record(record: Record) -> str:
    """Return one record as a line; printable text with line ends is written as a string, anything else as hex."""
    stamp = "" if record.t_s is None else f"@{record.t_s:.6f} "
    text = record.data.decode("latin-1")
    if text.strip("\r\n") and all(" " <= character < "\x7f" or character in "\r\n" for character in text):
        return f"{record.way} {stamp}{json.dumps(text)}\n"
    return f"{record.way} {stamp}{record.data.hex(' ')}\n"


def recorder(write: Callable[[str], object], source: str) -> Trace:
    """Return a trace hook that writes a transcript, its times counted from the first byte; `source` is its provenance.

    Raises:
        InputError: `source` is empty or longer than a line.
    """
    if not source.strip() or "\n" in source:
        raise InputError(Problem("a transcript needs one line of provenance", hint="kind, instrument, firmware, date"))
    write(f"# source: {source}\n")
    began: list[float] = []

    def hook(way: Literal[">", "<"], t_s: float, data: bytes) -> None:
        if not began:
            began.append(t_s)
        write(format_record(Record(way, data, t_s - began[0])))

    return hook


def _record(line: str) -> Record | None:
    found = _LINE.match(line)
    if found is None:
        return None
    text = found["bytes"]
    try:
        data = json.loads(text).encode("latin-1") if text.startswith('"') else bytes.fromhex(text)
    except ValueError:
        return None
    way: Literal[">", "<"] = ">" if found["way"] == ">" else "<"
    return Record(way, data, float(found["time"]) if found["time"] else None)
