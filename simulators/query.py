"""The query port of a served bench: tests and trainers read the truth there, and pull cables.

A line in, a line of JSON out: `truth`, `truth after <bench seconds>`, or `fault <device:name@key=value>`, whose times
count from now. What it does not understand it answers with {"error": ...}. Loopback only, one client at a time.
"""

import json
from collections.abc import Callable, Mapping
from selectors import BaseSelector
from typing import Any

from simulators.bench import SimulatedBench
from simulators.tcp_port import TcpPort

LONGEST_LINE = 4096


class Query:
    """Answers questions about one bench; `now_s` gives the bench's time."""

    def __init__(self, selector: BaseSelector, bench: SimulatedBench, now_s: Callable[[], float]) -> None:
        self.port = TcpPort(selector, self)
        self.due_s: float | None = None
        """When the truth that was asked for later is to be told."""
        self._bench = bench
        self._now_s = now_s
        self._line = bytearray()

    def opened(self) -> None:
        """Begin with an empty line."""
        self._line.clear()
        self.due_s = None

    def left(self) -> None:
        """Forget what was asked for later."""
        self.due_s = None

    def heard(self, data: bytes) -> None:
        """Answer every complete line; an endless one is forgotten."""
        self._line += data
        while b"\n" in self._line:
            line, _, rest = self._line.partition(b"\n")
            self._line = bytearray(rest)
            try:
                self._answer(line.decode("utf-8", "replace").strip())
            except ValueError as error:
                self._send({"error": str(error)})
        if len(self._line) > LONGEST_LINE:
            self._line.clear()

    def answer_due(self) -> None:
        """Tell the truth that was asked for later, once it is later."""
        now_s = self._now_s()
        if self.due_s is not None and now_s >= self.due_s:
            self.due_s = None
            self._bench.advance(now_s)
            self._send(self._bench.truth())

    def _answer(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        now_s = self._now_s()
        if word == "truth":
            after, _, wait = rest.partition(" ")
            if after not in {"", "after"}:
                message = f"truth takes `after <seconds>`, not {rest!r}"
                raise ValueError(message)
            self.due_s = now_s + float(wait or 0.0)
            self.answer_due()
        elif word == "fault":
            self._bench.suffer(rest.strip(), now_s)
            self._send({"t_s": now_s})
        else:
            message = f"{word!r} is not known: ask `truth`, or `fault device:name@key=value`"
            raise ValueError(message)

    def _send(self, answer: Mapping[str, Any]) -> None:
        self.port.send(json.dumps(answer).encode() + b"\n")
