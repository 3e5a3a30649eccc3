"""The potentiostat: a scan is one script, its points are lines that arrive of themselves.

What is not known for certain about a script is settled by the vendor's own recipe: an empty line, `Z`, and the
instrument says whether something was running, ends it and switches the cell off. A scan is never answered from
memory: if its output breaks off, the script is stopped and the error raised.
"""

import asyncio
import contextlib
from collections.abc import Callable

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.potentiostat import Point, Voltammetry
from autosynth.contracts.stroke import AnyStroke, Scan
from autosynth.errors import ArgumentError, DeviceRefusedError, ExchangeError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from drivers.palmsens_emstat_pico.faults import NOTHING_RUNS, fault_number, refusal
from drivers.palmsens_emstat_pico.identity import parse_identity
from drivers.palmsens_emstat_pico.options import check_method, read_options
from drivers.palmsens_emstat_pico.output import ScriptOutput
from drivers.palmsens_emstat_pico.script import cyclic_script

_PAUSE_S = 0.1
"""The instrument wants at least 50 ms after a refused command; the vendor's recipe waits twice that."""
_START_S = 1.0
_TELL_S = 0.5
"""So often, at most, whoever hears points is told those of a running scan: many at once cost little each."""


class EmStatPico:
    """An EmStat Pico, EmStat4 or Nexus; a `Potentiostat`. `scans_done` counts since this object was made."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self.name = settings.name
        self.on_point: Callable[[Point], None] | None = None
        self.raw = b""
        self._options = read_options(settings.options)
        self.potential_min_v = self._options.potential_min_v
        self.potential_max_v = self._options.potential_max_v
        self.current_max_a = self._options.current_max_a
        self._wire = wire
        self._orders = Orders(settings.name, wire)
        self._clock = clock
        self._output: ScriptOutput | None = None
        self._watch: asyncio.Timeout | None = None
        self._told_s = 0.0
        self._allow_s = 0.0
        self._ended = asyncio.Event()
        self._scans_done = 0
        self._found_running = False
        wire.on_event(self._take)

    async def connect(self) -> Identity:
        """End a script that a former host left running, and ask who is there."""
        self._found_running = await self._resync()
        version = await self._ask(b"t\n")
        return parse_identity(version, await self._ask(b"i\n"), self.name)

    async def read_state(self) -> State:
        """Return the state; an idle instrument shows by an answer that it is there and listening."""
        if self._output is None:
            await self._ask(b"i\n")
        return self._state()

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state after a scan: the cell off and one scan more."""
        method = self._method(stroke)
        check_method(method, self._options, self.name)
        done = state.get("scans_done")
        count = int(done) if isinstance(done, int | float) else 0
        return {**state, "cell_on": False, "running": False, "scans_done": count + 1}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return the time of the scan with its quiet time and start."""
        method = self._method(stroke)
        return method.quiet_s + method.duration_s + _START_S

    async def scan(self, method: Voltammetry) -> Outcome:
        """Run one scan; see `Potentiostat`. After an error the script was stopped, if the instrument still listened."""
        check_method(method, self._options, self.name)
        script = cyclic_script(method, self._options)
        output = ScriptOutput(method, self._options.sign, self.name)
        self._allow_s = method.step_v / method.rate_v_s + self._options.silence_s
        self._output, halts, self.raw = output, self._orders.halts, b""
        self._ended.clear()
        try:
            reply = await self._orders.exchange(script, halts, deadline_s=self._options.reply_s)
            if fault_number(reply) is not None:
                self._output = None
                await self._clock.sleep(_PAUSE_S)
                raise refusal(reply, self.name, script)
            output.raw[:0] = reply
            await self._follow(output, method.quiet_s, halts)
        except ExchangeError:
            if self._output is not None:
                self._output = None
                with contextlib.suppress(ExchangeError):
                    await self._resync()
            raise
        finally:
            self._output = None
            self.raw = bytes(output.raw)
        self._scans_done += 1
        return Outcome(self._state(), note=_note(output))

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Stop what may still run. A scan whose data nobody has is as good as not made, and may be made again."""
        self._method(intent.stroke)
        running = self._found_running or await self._resync()
        self._found_running = False
        was = "a script was still running and was stopped" if running else "no script is running"
        reason = f"{was}; the cell is off and the data were not kept, so the scan is made anew"
        return Reconciliation(Verdict.NOT_STARTED, self._state(), reason)

    async def make_safe(self) -> None:
        """Stop the script on the urgent lane, take back one not yet sent, and wait until the cell is off."""
        running = self._output is not None
        self._orders.recall()
        if not running:
            self._ended.clear()
        reply = await self._wire.urgent(b"Z\n", deadline_s=self._options.reply_s)
        await self._wait_for_end(reply)

    async def aclose(self) -> None:
        """Leave the cell off, as far as the instrument can still be reached, and give the wire back."""
        with contextlib.suppress(ExchangeError):
            await self.make_safe()
        await self._wire.aclose()

    async def _follow(self, output: ScriptOutput, quiet_s: float, halts: int) -> None:
        """Wait for the end of the output; silence longer than a point takes is an error."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(loop.time() + quiet_s + self._allow_s + _START_S) as self._watch:
                await self._ended.wait()
        except TimeoutError as error:
            message = f"a running scan fell silent after {output.points} points"
            advice = "The script has been stopped if the instrument still listens."
            raise NoReplyError(message, self.name, b"", bytes(output.raw[-200:]), advice=advice) from error
        finally:
            self._watch = None
        if halts != self._orders.halts:
            raise DeviceRefusedError("the scan was stopped", self.name, b"Z\n", bytes(output.raw[-200:]))
        if output.error is not None:
            raise output.error

    async def _resync(self) -> bool:
        """Bring the instrument to rest, whatever it was doing; return whether a script was running."""
        for last in (False, True):
            await self._wire.send(b"\n")
            await self._clock.sleep(_PAUSE_S)
            self._ended.clear()
            try:
                reply = await self._wire.exchange(b"Z\n", deadline_s=self._options.reply_s)
            except NoReplyError:
                if last:
                    raise
            else:
                return await self._wait_for_end(reply)
        return False

    async def _wait_for_end(self, reply: bytes) -> bool:
        """Return whether `Z` stopped a script, once that script has ended.

        Raises:
            NoReplyError: a stopped script does not end.
            DeviceRefusedError: `Z` was refused for another reason than that nothing runs.
        """
        fault = fault_number(reply)
        if fault == NOTHING_RUNS:
            await self._clock.sleep(_PAUSE_S)
            return False
        if fault is not None:
            raise refusal(reply, self.name, b"Z\n")
        try:
            async with asyncio.timeout(self._options.finish_s):
                await self._ended.wait()
        except TimeoutError as error:
            message = f"a stopped script did not end within {self._options.finish_s:g} s"
            raise NoReplyError(message, self.name, b"Z\n", reply, advice="The cell may still be on.") from error
        return True

    async def _ask(self, command: bytes) -> bytes:
        reply = await self._wire.exchange(command, deadline_s=self._options.reply_s)
        if fault_number(reply) is not None:
            raise refusal(reply, self.name, command)
        return reply

    def _take(self, line: bytes) -> None:
        """Take a line that came of itself, or several packages."""
        output = self._output
        if output is not None:
            output.take(line)
            if self.on_point is not None and (line[:1] != b"P" or self._clock.now() >= self._told_s + _TELL_S):
                self._told_s = self._clock.now()
                for point in output.news():
                    self.on_point(point)
            if self._watch is not None and not self._watch.expired():
                self._watch.reschedule(asyncio.get_running_loop().time() + self._allow_s)
        if line.strip() == b"":
            self._ended.set()

    def _state(self) -> State:
        running = self._output is not None
        return {"cell_on": running, "running": running, "scans_done": self._scans_done}

    def _method(self, stroke: AnyStroke) -> Voltammetry:
        if not isinstance(stroke, Scan):
            message = f"a potentiostat cannot {stroke.VERB}"
            raise ArgumentError(message, self.name)
        return stroke.method


def _note(output: ScriptOutput) -> str:
    parts = [f"{output.points} points"]
    if output.overloads:
        parts.append(f"{output.overloads} overloaded")
    if output.gaps:
        parts.append(f"{output.gaps} gaps")
    return ", ".join(parts)
