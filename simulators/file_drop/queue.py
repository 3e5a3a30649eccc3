"""An instrument at work: one sample after the other, each measured for its time, then written in growing pieces."""

from dataclasses import dataclass, field

Piece = tuple[float, str, bytes]
FOREIGN = b"\x0a\x0a\xfe\xfe\x00\x00\x00\x01 not what was asked for \x00"
"""The beginning of a file in a format of some maker's own."""
KEPT = 0.6
"""The part of a file that is left of one cut short."""


@dataclass(slots=True)
class Job:
    """A measurement that is being made, or waits for its turn; it is written from `write_s` on."""

    path: str
    write_s: float
    content: bytes


@dataclass(slots=True)
class Queue:
    """The measurements under way and the pieces of files to come.

    Attributes:
        acquisition_s: How long one takes.
        writing_s: How long its file then grows, in `pieces` pieces.
    """

    acquisition_s: float
    writing_s: float
    pieces: int
    jobs: list[Job] = field(default_factory=list[Job])
    coming: list[Piece] = field(default_factory=list[Piece])
    begun: int = 0
    late_s: float = 0.0
    short: set[int] = field(default_factory=set[int])
    foreign: set[int] = field(default_factory=set[int])
    _free_s: float = 0.0

    def add(self, path: str, content: bytes, t_s: float) -> None:
        """Measure a sample as soon as it is its turn, not before `t_s`."""
        self._free_s = max(self._free_s, t_s) + self.acquisition_s
        self.jobs.append(Job(path, self._free_s + self.late_s, content))
        self.late_s = 0.0

    def delay(self, by_s: float) -> None:
        """Let the next file come later: that of the measurement under way, or of the next one."""
        if self.jobs:
            self.jobs[0].write_s += by_s
        else:
            self.late_s += by_s

    def waits(self, fault: str) -> bool:
        """Tell whether a fault of files is yet to strike one."""
        numbers = {"file_truncated": self.short, "file_foreign": self.foreign}.get(fault, set[int]())
        return any(number > self.begun for number in numbers) or (fault == "file_late" and self.late_s > 0)

    def next_s(self) -> float | None:
        """Return when something will be written, or begun to be; None for never."""
        times_s = [job.write_s for job in self.jobs] + [piece[0] for piece in self.coming]
        return min(times_s, default=None)

    def advance(self, t_s: float) -> list[tuple[str, bytes]]:
        """Return what has been written by `t_s`, in order: the same path again with more in it."""
        for job in [each for each in self.jobs if each.write_s <= t_s]:
            self.jobs.remove(job)
            self._begin(job)
        written = sorted((each for each in self.coming if each[0] <= t_s), key=lambda piece: piece[0])
        self.coming = [each for each in self.coming if each[0] > t_s]
        return [(path, content) for _, path, content in written]

    def lose(self, t_s: float) -> None:
        """Forget what was being measured or written: what has been written of a file stays."""
        self.jobs, self.coming, self._free_s = [], [], t_s

    def _begin(self, job: Job) -> None:
        self.begun += 1
        content = job.content
        if self.begun in self.foreign:
            content = FOREIGN + content[::-1]
        if self.begun in self.short:
            content = content[: int(KEPT * len(content))].rstrip(b"\r\n")
        for number in range(1, self.pieces + 1):
            at_s = job.write_s + self.writing_s * (number - 1) / max(self.pieces - 1, 1)
            self.coming.append((at_s, job.path, content[: len(content) * number // self.pieces]))
