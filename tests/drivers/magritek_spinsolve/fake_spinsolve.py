"""A small spectrometer for tests of the driver, and the folder that it writes: what it does next can be spoilt."""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from autosynth.clock import Clock
from tests.autosynth.wire.fake_bench import FakeBench

T = TypeVar("T")
ROOT = "C:\\Data\\autosynth"
OTHERS = "C:\\Data\\group\\ester"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
SOFTWARE, MODEL = "1.18.1.3062", "Spinsolve 80 Multi X"
NUMBERS = [str(2**k) for k in range(15)]
TIMES = ["1", "2", "4", "7", "10", "15", "30", "60", "120"]


def said(body: str) -> bytes:
    """Return a message as the software prints it."""
    return f"{HEAD}<Message>\n  {body}\n</Message>\n".encode()


def notice(body: str) -> bytes:
    """Return a notification."""
    return said(f'<StatusNotification timestamp="11:22:33">\n    {body}\n  </StatusNotification>')


def state(protocol: str, status: str, folder: str = "") -> bytes:
    """Return a notification of a state."""
    return notice(f'<State protocol="{protocol}" status="{status}" dataFolder="{folder}" />')


def progress(protocol: str, percentage: int) -> bytes:
    """Return a notification of progress."""
    return notice(f'<Progress protocol="{protocol}" percentage="{percentage}" secondsRemaining="9" />')


def completed(protocol: str, successful: str = "true") -> bytes:
    """Return a notification of the end."""
    return notice(f'<Completed protocol="{protocol}" completed="true" successful="{successful}" />')


def protocol_list(phosphorus: str = "1D PHOSPHORUS") -> bytes:
    """Return the list of protocols."""
    options = {"Number": NUMBERS, "RepetitionTime": TIMES, "AcquisitionTime": ["0.4", "1.6", "3.2"]}
    rows = "".join(
        f'<Option name="{name}">{"".join(f"<Value>{value}</Value>" for value in values)}</Option>'
        for name, values in {**options, "PulseAngle": ["30", "45", "60", "90"]}.items()
    )
    each = [f'<Protocol protocol="{name}">{rows}</Protocol>' for name in ("1D EXTENDED+", phosphorus)]
    shim = '<Protocol protocol="SHIM 1H SAMPLE"><Option name="SampleReference" /></Protocol>'
    return said(f"<AvailableProtocolOptionsResponse>{''.join(each)}{shim}</AvailableProtocolOptionsResponse>")


def fid(points: int = 8, seed: int = 0) -> bytes:
    """Return a whole `data.1d`."""
    values = [0.5 * k + seed for k in range(3 * points)]
    return struct.pack("<8I", 1, 2, 3, 4, points, 1, 1, 1) + struct.pack(f"<{3 * points}f", *values)


class MemoryFolder:
    """A folder whose files appear in time; satisfies `Folder`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.files: list[tuple[float, str, bytes]] = []

    def write(self, t_s: float, name: str, data: bytes) -> None:
        """Let a file be there from `t_s` on, in place of an older one."""
        self.files.append((t_s, name, data))

    async def listing(self, name: str) -> Mapping[str, int] | None:
        """Return the files below `name`."""
        return {path: len(data) for path, data in self._now(name).items()} or None

    async def read(self, name: str) -> Mapping[str, bytes]:
        """Return the contents of the files below `name`."""
        return self._now(name)

    async def entries(self, stem: str) -> Mapping[str, int]:
        """A spectrometer's data lie in folders of their own."""
        raise NotImplementedError

    async def mark(self, file: str) -> tuple[int, int] | None:
        """Likewise."""
        raise NotImplementedError

    async def examined(self, file: str, look: Callable[[bytes], T]) -> T:
        """Likewise."""
        raise NotImplementedError

    def _now(self, name: str) -> dict[str, bytes]:
        there = [(path, data) for t_s, path, data in self.files if t_s <= self._clock.now()]
        return {path.removeprefix(f"{name}/"): data for path, data in there if path.startswith(f"{name}/")}


class FakeSpinsolve:
    """Answers after 10 ms; a measurement takes scans times repetition and 5 s, its files come `write_s` later."""

    def __init__(self, folder: MemoryFolder) -> None:
        self.bench = FakeBench({"nmr": self.answer})
        self.folder = folder
        self.told: list[str] = []
        self.deaf: frozenset[str] = frozenset()
        self.strays: list[bytes] = []
        self.text = {"Sample": "", "Solvent": ""}
        self.path = ""
        self.running: str | None = None
        self.end_s = 0.0
        self.other = ""
        self.connected = "true"
        self.phosphorus = "1D PHOSPHORUS"
        self.mute: frozenset[str] = frozenset()
        self.successful = "true"
        self.write_s = 0.5
        self.data: bytes | None = None
        """What it writes; None: something else each time."""
        self.widths = "<LineWidth>0.52</LineWidth><BaseWidth>14.5</BaseWidth><SystemIsReady>true</SystemIsReady>"
        self.shim_error = ""
        self.shim_s = 30.0
        self.estimate_error = ""

    def answer(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        now_s = self.bench.ports["nmr"].written[-1][0]
        found = [(0.0, self.strays.pop())] if self.strays else []
        for part in data.split(b"</Message>")[:-1]:
            (request,) = ET.fromstring(part + b"</Message>")
            self.told.append(request.tag)
            if request.tag not in self.deaf:
                found += self.one(request, now_s)
        return [(0.01 + delay_s, reply) for delay_s, reply in found]

    def one(self, request: ET.Element, now_s: float) -> list[tuple[float, bytes]]:
        match request.tag:
            case "HardwareRequest":
                inner = f"<ConnectedToHardware>{self.connected}</ConnectedToHardware>"
                inner += f"<SpinsolveSoftware>{SOFTWARE}</SpinsolveSoftware><SpinsolveType>{MODEL}</SpinsolveType>"
                return [(0.0, said(f"<HardwareResponse>{inner}</HardwareResponse>"))]
            case "AvailableProtocolOptionsRequest":
                return [(0.0, protocol_list(self.phosphorus))]
            case "EstimateDurationRequest":
                error = f' error="{self.estimate_error}"' if self.estimate_error else ""
                return [(0.0, said(f'<EstimateDurationResponse durationInSeconds="{self.lasts_s(request)}"{error} />'))]
            case "GetRequest":
                name = request[0].tag
                return [(0.0, said(f"<GetResponse><{name}>{self.text[name]}</{name}></GetResponse>"))]
            case "Set":
                self.take(request[0])
            case "DataFolder":
                self.take(request)
            case "Start":
                return self.start(request, now_s)
            case "Abort":
                return self.abort(now_s)
            case _:
                return self.shim(request.tag)
        return []

    def take(self, element: ET.Element) -> None:
        if element.tag == "DataFolder":
            self.path = element.findtext("UserFolder") or ""
        elif element.tag in self.text:
            self.text[element.tag] = element.text or ""

    def lasts_s(self, request: ET.Element) -> float:
        options = {each.get("name"): float(each.get("value") or 0) for each in request}
        return options["Number"] * options["RepetitionTime"] + 5.0

    def start(self, request: ET.Element, now_s: float) -> list[tuple[float, bytes]]:
        if self.other or (self.running and now_s < self.end_s):
            return [(0.0, notice('<Error error="Cannot start: a protocol is running" />'))]
        protocol, lasts_s = request.get("protocol") or "", self.lasts_s(request)
        self.running, self.end_s = self.path, now_s + lasts_s
        written_s = now_s + lasts_s + self.write_s
        if self.path.startswith(ROOT):
            name = self.path.removeprefix(ROOT).replace("\\", "/").strip("/")
            self.folder.write(written_s - 0.2, f"{name}/acqu.par", b'rxChannel = "31P"\r\n')
            data = self.data or fid(seed=self.told.count("Start") - 1)
            self.folder.write(written_s - 0.1, f"{name}/data.1d", data[: len(data) // 2])
            self.folder.write(written_s, f"{name}/data.1d", data)
        told = {
            "Running": (0.0, state(protocol, "Running", self.path)),
            "Progress": (lasts_s / 2, progress(protocol, 50)),
            "Ready": (lasts_s, state(protocol, "Ready", self.path)),
            "Completed": (lasts_s + 0.2, completed(protocol, self.successful)),
        }
        return [each for name, each in told.items() if name not in self.mute]

    def abort(self, now_s: float) -> list[tuple[float, bytes]]:
        if not self.running or now_s >= self.end_s:
            return []
        path, self.running = self.running, None
        self.bench.ports["nmr"].due = []
        self.folder.files = [each for each in self.folder.files if each[0] <= now_s]
        return [
            (0.0, state("1D PHOSPHORUS", "Stopping", path)),
            (0.1, state("1D PHOSPHORUS", "Ready", path)),
            (0.2, completed("1D PHOSPHORUS", "false")),
        ]

    def shim(self, tag: str) -> list[tuple[float, bytes]]:
        name = tag.replace("Request", "Response")
        error = f' error="{self.shim_error}"' if self.shim_error else ""
        told = {
            "Running": (0.0, state("SHIM", "Running")),
            "Ready": (self.shim_s - 0.1, state("SHIM", "Ready")),
            "Shim": (self.shim_s, said(f"<{name}{error}>{self.widths}</{name}>")),
        }
        return [each for key, each in told.items() if key not in self.mute]
