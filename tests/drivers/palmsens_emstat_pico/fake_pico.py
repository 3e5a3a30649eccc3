"""A dozen lines of an instrument for tests of the driver: it runs `meas_loop_cv` on a resistor and nothing else."""

import re
from collections.abc import Sequence

from tests.autosynth.wire.fake_bench import FakeBench

_PREFIX = {"m": 1e-3, "u": 1e-6, "n": 1e-9, "": 1.0}
RESISTANCE_OHM = 10_000.0


def number(text: str) -> float:
    """Return a script's number."""
    digits = text.rstrip("mun")
    return int(digits) * _PREFIX[text[len(digits) :]]


def encode(kind: str, value: float, unit: float, prefix: str) -> str:
    """Return a variable with a fixed prefix."""
    return f"{kind}{round(value / unit) + (1 << 27):07X}{prefix}"


class FakePico:
    """Answers at once; points come on time; `fall_silent_after` points nothing more is said."""

    def __init__(self) -> None:
        self.bench = FakeBench({"pico": self.answer})
        self.fall_silent_after: int | None = None
        self.deaf = False
        self.cell_on = False
        self.scripts = 0

    def answer(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        now_s = self.bench.ports["pico"].written[-1][0]
        if self.deaf:
            return []
        if data.startswith(b"e\n"):
            return self.run(data.decode())
        if data == b"Z\n":
            due = self.bench.ports["pico"].due
            waiting = [each for each in due if each[0] > now_s]
            if not waiting and not self.cell_on:
                return [(0.001, b"Z!0006\n")]
            self.cell_on = False
            due[:] = [each for each in due if each[0] <= now_s]
            return [(0.001, b"Z\n"), (0.002, b"*\n"), (0.003, b"\n")]
        replies = {b"t\n": b"tespico1304#Oct 22 2021 14:38:26\nR*\n", b"i\n": b"iESPICO2G07\n"}
        return [(0.001, replies[data])] if data in replies else []

    def run(self, script: str) -> list[tuple[float, bytes]]:
        self.scripts += 1
        loop = re.search(r"meas_loop_cv p c (\S+) (\S+) (\S+) (\S+) (\S+)(?: nscans\((\d+)\))?", script)
        assert loop is not None
        begin, first, second, step, rate = map(number, loop.groups()[:5])
        wait = re.search(r"wait (\S+)", script)
        levels = [begin]
        for _ in range(int(loop[6] or 1)):
            for target in (first, second, begin):
                count = round(abs(target - levels[-1]) / step)
                start = levels[-1]
                levels += [start + (target - start) * (i + 1) / count for i in range(count)]
        t_s = 0.01 + (number(wait[1]) if wait else 0.0)
        said = [(0.005, b"e\n"), (t_s, b"M0005\n")]
        for level_v in levels:
            t_s += step / rate
            said.append((t_s, self.package(level_v)))
        if self.fall_silent_after is not None:
            self.cell_on = True
            return said[: 2 + self.fall_silent_after]
        return [*said, (t_s, b"*\n"), (t_s + 0.01, b"\n")]

    def package(self, level_v: float) -> bytes:
        current_a = level_v / RESISTANCE_OHM
        return f"P{encode('da', level_v, 1e-6, 'u')};{encode('ba', current_a, 1e-12, 'p')},10,205\n".encode()
