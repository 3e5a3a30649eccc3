"""A small SourceMeter for tests of the driver: it sweeps a list over a resistor, and remembers what it was told."""

from collections.abc import Sequence

from tests.autosynth.wire.fake_bench import FakeBench

RESISTANCE_OHM = 10_000.0


class FakeKeithley:
    """Answers after a millisecond; the buffer fills with time; `stop_after` readings the sweep ends by itself."""

    def __init__(self) -> None:
        self.bench = FakeBench({"smu": self.answer})
        self.told: list[str] = []
        self.output_on = False
        self.stuck = False
        self.stop_after: int | None = None
        self.stall_after: int | None = None
        self.errors: list[str] = []
        self.levels: list[float] = []
        self.point_s = 1.0
        self.count = 1
        self.started_s: float | None = None

    def answer(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        now_s = self.bench.ports["smu"].written[-1][0]
        answers = [reply for line in data.decode().splitlines() if (reply := self.line(line, now_s)) is not None]
        return [(0.001, f"{reply}\n".encode()) for reply in answers]

    def line(self, line: str, now_s: float) -> str | None:
        self.told.append(line)
        head, _, rest = line.partition(" ")
        match head:
            case "*IDN?":
                return "KEITHLEY INSTRUMENTS,MODEL 2450-EC,04499999,1.7.12b"
            case "*LANG?":
                return "SCPI"
            case "OUTP?":
                return "1" if self.output_on else "0"
            case "SYST:ERR?":
                return self.errors.pop(0) if self.errors else '0,"No error;0;0 0"'
            case "TRIG:STAT?":
                return "RUNNING;RUNNING;3" if self.running(now_s) else "IDLE;IDLE;9"
            case "TRAC:ACT?":
                return str(self.held(now_s))
            case "TRAC:DATA?":
                return self.readings(rest)
            case _:
                self.command(head, rest, now_s)
                return None

    def command(self, head: str, rest: str, now_s: float) -> None:
        match head:
            case "OUTP":
                self.output_on = rest == "ON" or self.stuck
            case "ABOR" | "*RST":
                self.started_s = None
            case "SOUR:LIST:VOLT":
                self.levels = [float(text) for text in rest.split(",")]
            case "SOUR:LIST:VOLT:APP":
                self.levels += [float(text) for text in rest.split(",")]
            case "SOUR:SWE:VOLT:LIST":
                _, delay, count, *_ = rest.split(",")
                self.point_s, self.count = float(delay) + self.cycles() / 50 + 0.0005, int(count)
            case "INIT":
                self.started_s = now_s

    def cycles(self) -> float:
        return float(next(line for line in reversed(self.told) if "NPLC" in line).split()[1])

    def total(self) -> int:
        return min(len(self.levels) * self.count, self.stop_after or 1 << 30)

    def held(self, now_s: float) -> int:
        if self.started_s is None:
            return 0
        passed = int((now_s - self.started_s) / self.point_s)
        return min(passed, self.total(), self.stall_after or 1 << 30)

    def running(self, now_s: float) -> bool:
        return self.started_s is not None and self.held(now_s) < self.total()

    def readings(self, rest: str) -> str:
        first, last = (int(text) for text in rest.split(",")[:2])
        parts: list[str] = []
        for index in range(first - 1, last):
            level_v = self.levels[index % len(self.levels)]
            parts += [f"{level_v:.6E}", f"{level_v / RESISTANCE_OHM:.6E}", f"{index * self.point_s:.6E}"]
        return ",".join(parts)
