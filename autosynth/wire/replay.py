"""The instrument of a transcript, played: it insists on what it is sent and answers what is written.

Nothing is simulated here; a driver that passes has said exactly what the witness recorded.
"""

import asyncio
from collections.abc import Iterable

from autosynth.clock import Clock
from autosynth.errors import NotConnectedError, WireError
from autosynth.wire.bus import Bus
from autosynth.wire.lane import Framing
from autosynth.wire.member import BusLane
from autosynth.wire.stream import Lost, Receive
from autosynth.wire.transcript import Record, format_record


class ReplayStream:
    """A `ByteStream` that plays the instrument of a transcript and insists on what it is sent.

    Answers come `delay_s` after the bytes they answer, one by one if `bytewise`; written times are not waited for.
    """

    def __init__(self, records: Iterable[Record], *, delay_s: float = 0.001, bytewise: bool = False) -> None:
        self._records = list(records)
        self._delay_s = delay_s
        self._bytewise = bytewise
        self._sent = b""
        self._mismatch: WireError | None = None
        self._receive: Receive | None = None

    async def open(self, receive: Receive, lost: Lost) -> None:
        """Begin, with whatever the instrument says first."""
        self._receive = receive
        self._answer()

    def write(self, data: bytes) -> None:
        """Take bytes from the host and answer once they are complete.

        Raises:
            WireError: they differ from the transcript.
        """
        if self._receive is None:
            message = "the replay is not open"
            raise NotConnectedError(message, sent=data)
        self._sent += data
        while self._sent:
            due = self._records[0].data if self._records and self._records[0].way == ">" else b""
            common = min(len(due), len(self._sent))
            if not due or due[:common] != self._sent[:common]:
                expected = f"the transcript has {due!r}" if due else "the transcript expects nothing more here"
                self._mismatch = self._mismatch or WireError(f"not as written: {expected}", "replay", self._sent)
                raise self._mismatch
            if len(self._sent) < len(due):
                return
            self._sent = self._sent[len(due) :]
            del self._records[0]
            self._answer()

    async def aclose(self) -> None:
        """Stop playing."""
        self._receive = None

    def finish(self) -> None:
        """Check that the whole transcript was played.

        Raises:
            WireError: something sent differed, or records are left over; the message shows the first.
        """
        if self._mismatch is not None:
            raise self._mismatch
        if self._records or self._sent:
            left = format_record(self._records[0]).strip() if self._records else "bytes of the host"
            message = f"{len(self._records)} records were not played, first: {left}"
            raise WireError(message, "replay", self._sent)

    def _answer(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = self._delay_s
        while self._records and self._records[0].way == "<":
            data = self._records.pop(0).data
            for piece in (data[i : i + 1] for i in range(len(data))) if self._bytewise else (data,):
                loop.call_later(due_s, self._deliver, piece)
                due_s += self._delay_s

    def _deliver(self, data: bytes) -> None:
        if self._receive is not None:
            self._receive(data)


def replay_lane(stream: ReplayStream, framing: Framing, clock: Clock, device: str = "replayed") -> tuple[Bus, BusLane]:
    """Return an unopened bus on a replayed conversation, and its only lane."""
    bus = Bus(stream, clock)
    return bus, bus.lane(device, framing)
