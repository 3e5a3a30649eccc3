"""A script being run: lines with the time they leave, points only as their time comes.

A run is a generator that yields when it wants to go on; `advance` takes it there. Whatever ends the main part (its end,
an abort, an error at run time), the part after `on_finished:` runs, and an empty line closes. Assumed: that it runs
after an error too and is not cut short by a second Z, that scans count from 0, and the technique numbers.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from simulators.palmsens_emstat_pico.body import Array, PotentiostatBody
from simulators.palmsens_emstat_pico.faults import OUT_OF_RANGE, UNSUPPORTED, AbortError, BreakError, RuntimeFaultError
from simulators.palmsens_emstat_pico.package import Value, package
from simulators.palmsens_emstat_pico.printing import printed, prints_only
from simulators.palmsens_emstat_pico.script import Script, Statement
from simulators.palmsens_emstat_pico.sweep import points_due
from simulators.palmsens_emstat_pico.technique import TECHNIQUES, mode, plan, within
from simulators.palmsens_emstat_pico.variables import Variables

LOOP_S = 1e-4
T = TypeVar("T")
Steps = Generator[float, None, T]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run goes where documents leave a choice; `fastest_s` is the shortest time between points."""

    finish_after_error: bool = True
    first_scan: int = 0
    fastest_s: float = 5e-4


class Run:
    """One execution of a script.

    Attributes:
        resumes_s: When it goes on; None once over.
        lines: Output so far, each line with its time; whoever takes them clears them.
    """

    def __init__(self, script: Script, body: PotentiostatBody, manner: Manner, t_s: float) -> None:
        self.resumes_s: float | None = t_s
        self.lines: list[tuple[float, str]] = []
        self._script = script
        self._body = body
        self._manner = manner
        self._now_s = self._until_s = t_s
        self._late_s = 0.0
        self._halted_s: float | None = None
        self._variables = Variables()
        self._packed: list[Value] = []
        self._timer_s = t_s
        self._aborting = self._skipping = self._interruptible = self._finishing = False
        self._steps = self._whole()

    def advance(self, t_s: float) -> float | None:
        """Run up to `t_s`; return when the run next goes on."""
        self._until_s = t_s
        while self._halted_s is None and self.resumes_s is not None and self.resumes_s <= t_s:
            self._now_s = self.resumes_s
            wanted_s = next(self._steps, None)
            self.resumes_s = None if wanted_s is None else max(wanted_s + self._late_s, self._now_s)
        return None if self._halted_s is not None else self.resumes_s

    def close(self) -> None:
        """Break off without a trace: what was read ahead was never read."""
        self._steps.close()

    def abort(self, t_s: float) -> None:
        """End after the point under way; a plain wait ends at `t_s`."""
        self.proceed(t_s)
        if not self._finishing:
            self._aborting = True
            if self._interruptible and self.resumes_s is not None:
                self.resumes_s = min(t_s, self.resumes_s)

    def skip(self) -> None:
        """End the measurement loop under way after its point."""
        self._skipping = True

    def halt(self, t_s: float) -> None:
        """Stand still."""
        self._halted_s = t_s

    def proceed(self, t_s: float) -> None:
        """Go on after a halt; everything to come is that much later."""
        if self._halted_s is not None:
            pause_s = t_s - self._halted_s
            self._halted_s = None
            self._late_s += pause_s
            self.resumes_s = None if self.resumes_s is None else self.resumes_s + pause_s

    def _emit(self, line: str) -> None:
        self.lines.append((self._now_s, line))

    @property
    def _clock_s(self) -> float:
        """Time as the script sees it: halts do not count."""
        return self._now_s - self._late_s

    def _whole(self) -> Steps[None]:
        failed = yield from self._guarded(self._script.main)
        self._aborting = self._skipping = False
        self._finishing = True
        if not failed or self._manner.finish_after_error:
            yield from self._guarded(self._script.finish)
        self._emit("")

    def _guarded(self, statements: tuple[Statement, ...]) -> Steps[bool]:
        """Run a part; return whether an error ended it."""
        try:
            yield from self._run(statements)
        except RuntimeFaultError as fault:
            self._emit(str(fault))
            return True
        except (AbortError, BreakError):
            pass
        return False

    def _run(self, statements: tuple[Statement, ...]) -> Steps[None]:
        for statement in statements:
            name = statement.name
            if name in TECHNIQUES:
                yield from self._measure(statement)
            elif name == "loop":
                yield from self._loop(statement)
            elif name == "if":
                yield from self._run(statement.blocks[0 if self._variables.holds(statement) else 1])
            elif name == "wait":
                yield from self._pause(self._variables.number(statement, 0))
            elif name == "meas":
                yield from self._single(statement)
            else:
                self._do(statement)

    def _pause(self, seconds: float) -> Steps[None]:
        self._stop_if_aborted()
        self._interruptible = True
        yield self._clock_s + seconds
        self._interruptible = False
        self._stop_if_aborted()

    def _stop_if_aborted(self) -> None:
        if self._aborting:
            raise AbortError

    def _loop(self, statement: Statement) -> Steps[None]:
        self._emit("L")
        try:
            while self._variables.holds(statement):
                yield from self._run(statement.blocks[0])
                yield from self._pause(LOOP_S)
        except BreakError:
            pass
        finally:
            self._emit("+")

    def _single(self, statement: Statement) -> Steps[None]:
        period_s = self._variables.number(statement, 0)
        yield from self._pause(period_s)
        kind = str(statement.arguments[2])
        if kind == "ba":
            here = np.array([self._body.potential_v])
            value = self._body.read_current(float(self._body.sweep(here, period_s, self._now_s)[0]))
        elif kind == "ab":
            value = self._body.read_potential()
        else:
            raise RuntimeFaultError(UNSUPPORTED, statement.line)
        self._variables.put(statement, 1, value)

    def _measure(self, statement: Statement) -> Steps[None]:
        self._stop_if_aborted()
        potential_v, interval_s, scan = plan(statement, self._variables, self._body, self._manner.fastest_s)
        is_ocp = statement.name == "meas_loop_ocp"
        began_s = self._clock_s
        applied_v = self._body.settable(potential_v)
        current_a = np.zeros(0) if is_ocp else self._body.sweep(applied_v, interval_s, self._now_s)
        self._emit(f"M{TECHNIQUES[statement.name]:04X}")
        many = scan if scan is not None and len(potential_v) > scan + 1 else None
        self._skipping = False
        wanted_s: list[float] = (began_s + np.arange(1, len(potential_v) + 1) * interval_s).tolist()
        try:
            if not is_ocp and prints_only(statement.blocks[0]):
                yield from self._stream(statement, wanted_s, applied_v, current_a, many)
            else:
                yield from self._step(statement, wanted_s, applied_v, current_a, many)
        except BreakError:
            pass
        finally:
            if many:
                self._emit("-")
            self._emit("*")

    def _step(
        self, statement: Statement, wanted_s: list[float], applied_v: Array, current_a: Array, scan: int | None
    ) -> Steps[None]:
        """Measure point by point, each followed by whatever the loop does with it."""
        for index, point_s in enumerate(wanted_s):
            if scan is not None:
                self._mark_scan(index, scan)
            yield point_s
            if len(current_a):
                read = self._body.read_current(float(current_a[index]))
                self._set_point(statement, applied_v[index], read.number, read.metadata)
            else:
                self._variables.put(statement, 0, self._body.read_potential())
            yield from self._run(statement.blocks[0])
            self._stop_if_aborted()
            if self._skipping:
                break

    def _stream(
        self, statement: Statement, wanted_s: list[float], applied_v: Array, current_a: Array, scan: int | None
    ) -> Steps[None]:
        """Measure points that the loop only prints: read and written at once, each let go when its time comes."""
        read_a, metadata = self._body.read_currents(current_a)
        texts = printed(statement, self._variables, applied_v, read_a, metadata)
        made = 0
        try:
            while made < len(texts) and not (made and self._skipping):
                if scan is not None:
                    self._mark_scan(made, scan)
                stop = made + 1 if self._aborting or self._skipping else len(texts)
                due = min(points_due(wanted_s, made, scan, self._until_s, self._late_s), stop)
                if due == made:
                    if made:
                        self._set_point(statement, applied_v[made - 1], read_a[made - 1], metadata[made - 1])
                    yield wanted_s[made]
                    due = made + 1
                for point_s, text in zip(wanted_s[made:due], texts[made:due], strict=True):
                    self.lines.append((max(point_s + self._late_s, self._now_s), text))
                self._now_s, made = self.lines[-1][0], due
                self._stop_if_aborted()
        finally:
            self._body.read_only(made)
            if made:
                self._set_point(statement, applied_v[made - 1], read_a[made - 1], metadata[made - 1])

    def _set_point(self, statement: Statement, applied_v: float, current_a: float, metadata: str) -> None:
        """Stand at a point: the potential applied, and what the technique's variables hold of it."""
        self._body.potential_v = float(applied_v)
        self._variables.put(statement, 0, Value(float(applied_v), "da"))
        self._variables.put(statement, 1, Value(float(current_a), "ba", metadata))

    def _mark_scan(self, index: int, scan: int) -> None:
        """Announce a scan's start (and the end of the one before) when its first point comes."""
        if index == 0:
            self._emit(f"C{self._manner.first_scan:04X}")
        elif index > 1 and (index - 1) % scan == 0:
            self._emit("-")
            self._emit(f"C{self._manner.first_scan + (index - 1) // scan:04X}")

    def _do(self, statement: Statement) -> None:
        """Execute a command that takes no time."""
        body, name, line = self._body, statement.name, statement.line
        match name:
            case "cell_on" | "cell_off":
                body.cell_on = name == "cell_on"
            case "set_e":
                within(body, [self._variables.number(statement, 0)], line)
                body.potential_v = self._variables.number(statement, 0)
            case "set_pgstat_mode":
                body.mode = mode(round(self._variables.number(statement, 0)), line)
            case "set_range" | "set_autoranging" | "set_range_minmax":
                self._set_range(statement)
            case "set_pgstat_chan":
                if self._variables.number(statement, 0) != 0:
                    raise RuntimeFaultError(OUT_OF_RANGE, line)
            case "abort":
                raise AbortError
            case "breakloop":
                raise BreakError
            case "timer_start":
                self._timer_s = self._clock_s
            case "timer_get":
                self._variables.put(statement, 0, Value(self._clock_s - self._timer_s, "eb"))
            case "send_string":
                self._emit(f"T{statement.arguments[0]}")
            case "pck_start":
                self._packed = []
            case "pck_add":
                self._packed.append(self._variables.get(statement, 0))
            case "pck_end":
                self._emit(package(self._packed))
            case _:
                self._variables.change(statement)

    def _set_range(self, statement: Statement) -> None:
        body, kind = self._body, statement.arguments[0]
        numbers = self._variables.numbers(statement, 1)
        if statement.name == "set_range_minmax" and kind == "da":
            within(body, numbers, statement.line)
        elif kind == "ba" and statement.name != "set_range_minmax":
            fits = body.fix_range(numbers[0]) if len(numbers) == 1 else body.autorange(numbers[0], numbers[1])
            if not fits:
                raise RuntimeFaultError(OUT_OF_RANGE, statement.line)
