"""Valid frames to begin from: those of the transcripts, each way, and what the drivers' own codecs make of it."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from autosynth.wire.transcript import parse_transcript

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"


@cache
def spoken(model: str, way: Literal[">", "<"]) -> Sequence[bytes]:
    """Return what the transcripts of a model have in one direction: ">" is said by the host, "<" by the instrument."""
    found: dict[bytes, None] = {}
    for path in sorted((TRANSCRIPTS / model).glob("*.txt")):
        for record in parse_transcript(path.read_text(encoding="utf-8"), path.name).records:
            if record.way == way:
                found[record.data] = None
    return tuple(found)
