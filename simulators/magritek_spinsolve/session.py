"""What the software is busy with: Running, Progress, Ready, Completed, and the files that come of it.

One procedure at a time. Data are ready with `Ready`; the share shows them a little later, the largest file first in
part and then whole. It refuses to know requests: those are the face's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import ceil, inf
from xml.etree.ElementTree import Element

from simulators.magritek_spinsolve import files
from simulators.magritek_spinsolve.body import ShimReading, SpectrometerBody
from simulators.magritek_spinsolve.folders import shared
from simulators.magritek_spinsolve.job import Job
from simulators.magritek_spinsolve.messages import message
from simulators.magritek_spinsolve.protocols import Scanning

Say = Callable[[float, tuple[Element, ...]], None]
FOREIGN_FOLDER = "\\somebody else\\lactose"
FOREIGN_PROTOCOL = "1D EXTENDED+"
SHIM_SECONDS: Mapping[str, float] = {"CheckShim": 20.0, "QuickShim": 300.0, "PowerShim": 2400.0}
"""Method -> how long it takes [assumed]."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds [assumed], clock and folder they go by, and the sense of decays in files."""

    overhead_s: float
    progress_s: float
    write_s: float
    processing_s: float
    stop_s: float
    opened_at: datetime
    data_folder: str
    falling: bool


class Session:
    """The software between two restarts.

    Attributes:
        job: What it is busy with.
        late_s: How much later than usual the share shows files.
        shims_fail_until_s: Shims fail before this time.
        stuck_until_s: Procedures do not end before this time.
    """

    def __init__(self, body: SpectrometerBody, pace: Pace, say: Say) -> None:
        self.job: Job | None = None
        self.late_s = 0.0
        self.shims_fail_until_s = self.stuck_until_s = -inf
        self._body = body
        self._pace = pace
        self._say = say
        self._foreign: tuple[float, float] | None = None
        self._writing: list[tuple[float, int, str, bytes]] = []
        self._written: list[tuple[str, bytes]] = []
        self._count = self._cut_at = 0

    def now(self, t_s: float) -> datetime:
        """Return the clock on the software's screen."""
        return self._pace.opened_at + timedelta(seconds=t_s)

    def measure(self, scanning: Scanning, labels: files.Labels, folder: str, t_s: float) -> None:
        """Begin a block of scans; nothing may be running."""
        ends_s = t_s + self.duration_s(scanning)
        self._begin(Job(labels.protocol, folder, t_s, ends_s, scanning, labels))

    def duration_s(self, scanning: Scanning) -> float:
        """Return how long a block takes."""
        return self._pace.overhead_s + scanning.duration_s

    def shim(self, method: str, protocol: str, t_s: float) -> None:
        """Begin a shim; nothing may be running."""
        self._begin(Job(protocol, "", t_s, t_s + SHIM_SECONDS[method], shim=method))

    def intrude(self, t_s: float, for_s: float) -> None:
        """Let somebody else measure for so long, as soon as nothing runs."""
        self._foreign = (t_s, for_s)
        self._let_in(t_s)

    def abort(self, t_s: float) -> None:
        """Stop what is running; it ends without data."""
        if self.job is not None and self.job.ready_s is None and not self.job.stopping:
            self.job.stopping, self.job.ends_s = True, t_s + self._pace.stop_s
            self._say(t_s, (self._state(self.job, "Stopping"),))

    def lose(self, t_s: float) -> None:
        """Lose what is running; what was ready is on the disk."""
        self.job = self._foreign = None
        self.stuck_until_s = -inf

    def cut_short(self, which: int) -> None:
        """Let the data of the `which`-th measurement from now on, counted from 1, end in their middle."""
        self._cut_at = self._count + which

    def next_s(self) -> float | None:
        """Return when something next happens."""
        times = [self._writing[0][0]] if self._writing else []
        if self.job is not None:
            times.append(self._job_s(self.job))
        return min((each for each in times if each < inf), default=None)

    def dropped(self, t_s: float) -> list[tuple[str, bytes]]:
        """Hand over the files that the share has shown since the last call."""
        found, self._written = self._written, []
        return found

    def advance(self, t_s: float) -> None:
        """Do what is due at `t_s`: called at each of its own times."""
        while self._writing and self._writing[0][0] <= t_s:
            _, _, path, content = heappop(self._writing)
            self._written.append((path, content))
        job = self.job
        if job is None or self._job_s(job) > t_s:
            return
        if job.ready_s is not None:
            self._complete(job, t_s)
        elif job.stopping:
            self._end(job, t_s)
        elif job.scanning is not None and job.taken is None and job.middle_s <= t_s:
            job.taken = self._body.decay(job.scanning, t_s)
        elif max(job.ends_s, self.stuck_until_s) <= t_s:
            self._end(job, t_s)
        else:
            job.tell_s += self._pace.progress_s
            self._say(t_s, (self._progress(job, t_s),))

    def _job_s(self, job: Job) -> float:
        if job.ready_s is not None:
            return job.ready_s + self._pace.processing_s
        if job.stopping:
            return job.ends_s
        times = [job.tell_s, max(job.ends_s, self.stuck_until_s)]
        if job.scanning is not None and job.taken is None:
            times.append(job.middle_s)
        return min(times)

    def _begin(self, job: Job) -> None:
        self.job = job
        job.tell_s = job.began_s + self._pace.progress_s
        self._say(job.began_s, (self._state(job, "Running"),))

    def _end(self, job: Job, t_s: float) -> None:
        """Be ready: data are written, a shim has its reading."""
        job.ready_s = t_s
        if job.stopping:
            self._say(t_s, (self._state(job, "Ready", "Aborted"),))
            return
        ready = self._state(job, "Ready")
        if job.shim:
            reading = self._body.shim(job.shim, t_s, fails=t_s < self.shims_fail_until_s)
            self._say(t_s, (ready, _shim_response(job.shim, reading)))
            return
        self._say(t_s, (_notified(job, "Progress", percentage="100", secondsRemaining="0"), ready))
        if job.taken is not None and job.scanning is not None and job.labels is not None:
            labels = replace(job.labels, ended=self.now(t_s))
            self._write(job.folder, files.written(labels, job.scanning, *job.taken, falling=self._pace.falling), t_s)

    def _write(self, folder: str, content: Mapping[str, bytes], t_s: float) -> None:
        """Let the share show files: each whole but the data, of which the first half is seen before."""
        self._count += 1
        place = shared(folder, self._pace.data_folder)
        if place is None:
            return
        seen_s = t_s + self._pace.write_s + self.late_s
        for name, data in content.items():
            path, half = f"{place}/{name}", data[: len(data) // 2]
            if name == "data.1d":
                heappush(self._writing, (seen_s - 0.5 * self._pace.write_s, len(self._writing), path, half))
            if name != "data.1d" or self._count != self._cut_at:
                heappush(self._writing, (seen_s, len(self._writing), path, data))

    def _complete(self, job: Job, t_s: float) -> None:
        self.job = None
        successful = "false" if job.stopping else "true"
        self._say(t_s, (_notified(job, "Completed", completed="true", successful=successful),))
        self._let_in(t_s)

    def _let_in(self, t_s: float) -> None:
        if self._foreign is None or self.job is not None:
            return
        (_, for_s), self._foreign = self._foreign, None
        self._begin(Job(FOREIGN_PROTOCOL, self._pace.data_folder[:2] + FOREIGN_FOLDER, t_s, t_s + for_s))

    def _state(self, job: Job, status: str, error: str = "") -> Element:
        attributes = {"status": status, "dataFolder": job.folder}
        return _notified(job, "State", **attributes, **({"error": error} if error else {}))

    def _progress(self, job: Job, t_s: float) -> Element:
        left_s = max(ceil(job.ends_s - t_s), 0) if job.ends_s < inf else 0
        return _notified(job, "Progress", percentage=str(job.percentage(t_s)), secondsRemaining=str(left_s))


def _notified(job: Job, name: str, **attributes: str) -> Element:
    root, notification = message("StatusNotification")
    notification.append(Element(name, {"protocol": job.protocol, **attributes}))
    return root


def _shim_response(method: str, reading: ShimReading) -> Element:
    root, response = message(f"{method}Response", {"error": reading.error} if reading.error else {})
    for name, text in (
        ("OperatingTemperature", "true"),
        ("StableTemperatures", "true"),
        ("StableLock", "true"),
        ("LineWidth", f"{reading.width_hz:.2f}"),
        ("BaseWidth", f"{reading.base_hz:.2f}"),
        ("SystemIsReady", str(reading.ready).lower()),
    ):
        child = Element(name)
        child.text = text
        response.append(child)
    return root
