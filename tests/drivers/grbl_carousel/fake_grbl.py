"""A small GRBL board for tests of the driver: movements take time, lines are answered in order, all may be spoilt."""

import re
from collections.abc import Mapping, Sequence

from tests.autosynth.wire.fake_bench import FakeBench

BANNER = b"\r\nGrbl 1.1h ['$' for help]\r\n"
LOCK = b"[MSG:'$H'|'$X' to unlock]\r\n"
SETTINGS: Mapping[int, float] = {
    10: 1,
    13: 0,
    20: 1,
    22: 1,
    110: 3000,
    111: 500,
    112: 1000,
    120: 100,
    121: 10,
    122: 50,
    130: 400,
    131: 1,
    132: 150,
}
HOMING_S = 10.0
DELAY_S = 0.002
REAL_TIME = b"?!~\x18"


class FakeGrbl:
    """Answers after 2 ms. `deaf`: lines that get lost; `mute`: lines whose `ok` gets lost."""

    def __init__(self) -> None:
        self.bench = FakeBench({"port": self.answer})
        self.told: list[bytes] = []
        self.settings = dict(SETTINGS)
        self.modal = "G0 G54 G17 G21 G90 G94"
        self.state = "Alarm"
        self.at = {"X": 0.0, "Z": 0.0}
        self.tubes: frozenset[float] | None = None
        """Places of X at which a tube stands over the bore; None: at all."""
        self.move: tuple[float, float, str, float, float] | None = None
        """Start and end in seconds, axis, from, to."""
        self.deaf: frozenset[bytes] = frozenset()
        self.mute: frozenset[bytes] = frozenset()
        self.silent = False
        self.alarm_at: tuple[str, int] | None = None
        """Axis and number of an alarm that its next movement ends in, half way."""
        self.slip_mm = 0.0
        self.homing_alarm = 0
        self._buffer = b""
        self._end_s = 0.0
        self._held = False
        self._locks = False

    def answer(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        now_s = self.bench.ports["port"].written[-1][0]
        if self.silent:
            return []
        found: list[tuple[float, bytes]] = []
        for byte in data:
            if byte in REAL_TIME:
                self.told.append(bytes([byte]))
                found += self.real_time(bytes([byte]), now_s)
            elif byte == ord("\n"):
                line, self._buffer = self._buffer, b""
                self.told.append(line)
                found += [] if line in self.deaf else self.line(line, now_s)
            else:
                self._buffer += bytes([byte])
        return [(delay_s + DELAY_S, reply) for delay_s, reply in found]

    def real_time(self, byte: bytes, now_s: float) -> list[tuple[float, bytes]]:
        self.settle(now_s)
        if byte == b"?":
            return [(0.0, self.report(now_s))]
        if byte == b"!":
            self.stop(now_s)
            self._held = True
        elif byte == b"~":
            self._held = False
        else:
            return self.reset(now_s)
        return []

    def reset(self, now_s: float) -> list[tuple[float, bytes]]:
        moving = self.move is not None
        self.stop(now_s)
        self._held = False
        self._buffer = b""
        self.state = "Alarm" if moving or self.state != "Idle" else "Idle"
        self.bench.ports["port"].due = []
        return [(0.0, (b"ALARM:3\r\n" if moving else b"") + BANNER + (LOCK if self.state == "Alarm" else b""))]

    def power_on(self, now_s: float) -> list[tuple[float, bytes]]:
        """Start anew: counting from zero, locked."""
        self.move, self.state, self._held, self._buffer = None, "Alarm", False, b""
        self.at = {"X": 0.0, "Z": 0.0}
        return [(0.0, BANNER + LOCK)]

    def settle(self, now_s: float) -> None:
        if self.move is not None and now_s >= self.move[1]:
            _, _, axis, _, to = self.move
            self.at[axis] = to
            self.move = None
            if self.state == "Home":
                self.state = "Idle"
            if self._locks:
                self.state, self._locks = "Alarm", False

    def stop(self, now_s: float) -> None:
        self.settle(now_s)
        if self.move is not None:
            self.at[self.move[2]] = self.place(now_s)
            self.move = None

    def place(self, now_s: float) -> float:
        assert self.move is not None
        start_s, end_s, _, begin, to = self.move
        return begin + (to - begin) * (now_s - start_s) / (end_s - start_s)

    def report(self, now_s: float) -> bytes:
        at = dict(self.at)
        state = "Hold:0" if self._held else self.state
        if self.move is not None:
            at[self.move[2]] = self.place(now_s)
            state = "Run" if self.state == "Idle" else self.state
        seen = self.tubes is None or round(self.at["X"], 3) in self.tubes
        pins = "|Pn:P" if seen else ""
        return f"<{state}|MPos:{at['X']:.3f},0.000,{at['Z']:.3f}|FS:0,0{pins}>\r\n".encode()

    def line(self, line: bytes, now_s: float) -> list[tuple[float, bytes]]:
        self.settle(now_s)
        ok = [] if line in self.mute else [(0.0, b"ok\r\n")]
        text = line.decode()
        if text == "$$":
            return [(0.0, "".join(f"${n}={v:g}\r\n" for n, v in self.settings.items()).encode()), *ok]
        if text == "$I":
            return [(0.0, b"[VER:1.1h.20190830:carousel]\r\n[OPT:V,15,128]\r\n"), *ok]
        if text == "$G":
            return [(0.0, f"[GC:{self.modal} M5 M9 T0 F0 S0]\r\n".encode()), *ok]
        if text == "$H":
            return self.home(now_s, ok)
        if self.state == "Alarm":
            return [(0.0, b"error:9\r\n")]
        if text == "G4 P0":
            return [(max(self._end_s - now_s, 0.0), each) for _, each in ok]
        return self.go(text, now_s, ok)

    def home(self, now_s: float, ok: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
        if self.homing_alarm:
            self.state = "Alarm"
            return [(HOMING_S, f"ALARM:{self.homing_alarm}\r\n".encode() + BANNER + LOCK)]
        self.at = {"X": -1.0, "Z": -1.0}
        self.state, self.move = "Home", (now_s, now_s + HOMING_S, "X", -1.0, -1.0)
        return [(HOMING_S, each) for _, each in ok]

    def go(self, text: str, now_s: float, ok: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
        found = re.fullmatch(r"G90 G53 G1 ([XZ])(-?[0-9.]+) F([0-9.]+)", text)
        if found is None:
            return [(0.0, b"error:20\r\n")]
        axis, to, feed = found[1], float(found[2]), float(found[3])
        feed = min(feed, self.settings[110 if axis == "X" else 112])
        lasts_s = abs(to - self.at[axis]) / feed * 60.0 + 0.3
        self.move = (now_s, now_s + lasts_s, axis, self.at[axis], to + self.slip_mm)
        self._end_s = now_s + lasts_s
        if self.alarm_at and self.alarm_at[0] == axis:
            number, self.alarm_at = self.alarm_at[1], None
            middle = (self.at[axis] + to) / 2
            self.move = (now_s, now_s + lasts_s / 2, axis, self.at[axis], middle)
            self._end_s, self._locks = now_s + 1e6, True
            return [*ok, (lasts_s / 2, f"ALARM:{number}\r\n[MSG:Reset to continue]\r\n".encode())]
        return ok
