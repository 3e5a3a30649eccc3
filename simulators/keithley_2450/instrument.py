"""What the commands do: settings, sweeps, readings and buffers.

A command that does not fit the present state is an error for the queue. `TRIG:STAT?` knows EMPTY, IDLE, RUNNING and
ABORTED only, and one buffer at a time is written by a sweep.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from simulators.keithley_2450 import sweeps
from simulators.keithley_2450.body import SmuBody
from simulators.keithley_2450.buffers import Buffers, text
from simulators.keithley_2450.parameters import PARAMETERS, Parameter, read, write
from simulators.keithley_2450.scpi import (
    INIT_IGNORED,
    MISSING,
    OUT_OF_RANGE,
    SETTINGS_CONFLICT,
    ScpiError,
    number,
    switch,
    word,
)

LIST_POINTS = 2500
Parameters = tuple[str, ...]
Handler = Callable[[float, Parameters], str | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What levels are accepted, and whether a dual sweep measures its turning point twice (assumed not)."""

    low_v: float = -210.0
    high_v: float = 210.0
    turn_twice: bool = False


class Instrument:
    """The instrument behind its error queue.

    Attributes:
        ended_s: When the last sweep ended.
        answers_s: When the answer to the last reading is there.
    """

    def __init__(self, body: SmuBody, limits: Limits) -> None:
        self.body = body
        self.ended_s = 0.0
        self.answers_s = 0.0
        self._limits = limits
        self._buffers = Buffers()
        self._plan: sweeps.Plan | None = None
        self._stored = 0
        self._ended = "IDLE"
        self._hung_until_s = float("-inf")

    def handlers(self) -> dict[str, Handler]:
        """Return what each header does."""
        handlers: dict[str, Handler] = {
            "SOURce[1]:FUNCtion[:MODE]": self._source_function,
            "SOURce[1]:FUNCtion[:MODE]?": lambda _t, _p: "VOLT",
            "SOURce[1]:VOLTage[:LEVel][:IMMediate][:AMPLitude]": self._level,
            "SOURce[1]:VOLTage[:LEVel][:IMMediate][:AMPLitude]?": lambda _t, _p: f"{self.body.settings.level_v:.6E}",
            "SOURce[1]:VOLTage:ILIMit[:LEVel]:TRIPped?": self._tripped,
            "SOURce[1]:LIST:VOLTage": partial(self._list, append=False),
            "SOURce[1]:LIST:VOLTage:APPend": partial(self._list, append=True),
            "SOURce[1]:LIST:VOLTage:POINts?": lambda _t, _p: str(len(self.body.settings.list_v)),
            "SOURce[1]:SWEep:VOLTage:LINear": partial(self._linear, by_step=False),
            "SOURce[1]:SWEep:VOLTage:LINear:STEP": partial(self._linear, by_step=True),
            "SOURce[1]:SWEep:VOLTage:LIST": self._listed,
            "SENSe[1]:FUNCtion[:ON]": self._sense_function,
            "SENSe[1]:FUNCtion[:ON]?": lambda _t, _p: '"CURR:DC"',
            "OUTPut[1][:STATe]": self._output,
            "OUTPut[1][:STATe]?": lambda _t, _p: str(int(self.body.output)),
            "INITiate[:IMMediate]": self._initiate,
            "ABORt": self._abort,
            "TRIGger:STATe?": self._trigger_state,
            "READ?": self._read,
            "MEASure:CURRent[:DC]?": self._read,
            "TRACe:CLEar": lambda _t, p: self._buffers.get(_buffer(p, 0)).clear(),
            "TRACe:MAKE": self._make,
            "TRACe:ACTual?": lambda _t, p: str(len(self._buffers.get(_buffer(p, 0)))),
            "TRACe:DATA?": self._data,
        }
        for spec, parameter in PARAMETERS.items():
            handlers[spec] = partial(self._write, parameter)
            handlers[f"{spec}?"] = partial(self._read_back, parameter)
        return handlers

    def reset(self, t_s: float) -> None:
        """*RST: output off, power-up settings, empty buffers."""
        self._finish(t_s, aborted=True)
        self.body.reset()
        self._buffers.reset()
        self._plan, self._ended = None, "IDLE"

    def hang(self, until_s: float) -> None:
        """Make no progress with a sweep until then."""
        self._hung_until_s = until_s

    def advance(self, t_s: float) -> float | None:
        """Move the readings made by `t_s` to their buffer; return when the sweep ends."""
        sweep = self.body.sweep
        if sweep is None or t_s < self._hung_until_s:
            return None if sweep is None or self._hung_until_s == float("inf") else self._hung_until_s
        end_s = max(sweep.end_s, self._hung_until_s)
        self._store(t_s)
        if end_s <= t_s:
            self._finish(end_s, aborted=False)
            return None
        return end_s

    def _store(self, t_s: float) -> None:
        sweep, plan = self.body.sweep, self._plan
        if sweep is not None and plan is not None:
            done = sweep.done(t_s)
            self._buffers.get(plan.buffer).extend(self.body.readings(self._stored, done))
            self._stored = done

    def _finish(self, t_s: float, *, aborted: bool) -> None:
        self.body.end(t_s, aborted=aborted)
        self._ended, self.ended_s = "ABORTED" if aborted else "IDLE", t_s

    def _write(self, parameter: Parameter, _t_s: float, parameters: Parameters) -> None:
        write(self.body.settings, parameter, parameters)

    def _read_back(self, parameter: Parameter, _t_s: float, _parameters: Parameters) -> str:
        return read(self.body.settings, parameter)

    def _source_function(self, _t_s: float, parameters: Parameters) -> None:
        word(_first(parameters), "VOLTage")

    def _sense_function(self, _t_s: float, parameters: Parameters) -> None:
        word(_first(parameters), "CURRent[:DC]")

    def _level(self, _t_s: float, parameters: Parameters) -> None:
        self._idle()
        self.body.settings.level_v = self._allowed(_first(parameters))

    def _allowed(self, level: str) -> float:
        """Read a level: within the options' limits and a fixed source range."""
        settings = self.body.settings
        level_v = number(level, self._limits.low_v, self._limits.high_v)
        if not settings.source_autorange and abs(level_v) > settings.source_range_v * 1.05:
            raise ScpiError(OUT_OF_RANGE)
        return level_v

    def _idle(self) -> None:
        if self.body.sweep is not None:
            raise ScpiError(SETTINGS_CONFLICT)

    def _tripped(self, t_s: float, _parameters: Parameters) -> str:
        return str(int(self.body.output and self.body.sweep is None and self.body.measure(t_s).limited))

    def _list(self, _t_s: float, parameters: Parameters, *, append: bool) -> None:
        self._idle()
        _first(parameters)
        levels = [self._allowed(parameter) for parameter in parameters]
        whole = [*self.body.settings.list_v, *levels] if append else levels
        if len(whole) > LIST_POINTS:
            raise ScpiError(OUT_OF_RANGE)
        self.body.settings.list_v = whole

    def _linear(self, _t_s: float, parameters: Parameters, *, by_step: bool) -> None:
        self._idle()
        for level in parameters[:2]:
            self._allowed(level)
        limits = (self._limits.low_v, self._limits.high_v)
        self._prepare(sweeps.linear(parameters, limits, turn_twice=self._limits.turn_twice, by_step=by_step))

    def _listed(self, _t_s: float, parameters: Parameters) -> None:
        self._idle()
        self._prepare(sweeps.listed(parameters, self.body.settings.list_v))

    def _prepare(self, plan: sweeps.Plan) -> None:
        self._buffers.get(plan.buffer)
        self._plan = plan

    def _output(self, t_s: float, parameters: Parameters) -> None:
        on = switch(_first(parameters))
        if not on:
            self._abort(t_s, ())
        self.body.output = on

    def _initiate(self, t_s: float, _parameters: Parameters) -> None:
        if self.body.sweep is not None:
            raise ScpiError(INIT_IGNORED)
        if self._plan is None:
            raise ScpiError(SETTINGS_CONFLICT)
        self._buffers.get(self._plan.buffer).clear()
        self._stored = 0
        self.body.start(self._plan.level_v, self._plan.delay_s, t_s)

    def _abort(self, t_s: float, _parameters: Parameters) -> None:
        if self.body.sweep is not None:
            self._store(t_s)
            self._finish(t_s, aborted=True)

    def _trigger_state(self, _t_s: float, _parameters: Parameters) -> str:
        state = "RUNNING" if self.body.sweep is not None else self._ended if self._plan is not None else "EMPTY"
        return f"{state};{state};0"

    def _read(self, t_s: float, parameters: Parameters) -> str:
        self._idle()
        buffer = self._buffers.get(_buffer(parameters, 0))
        reading = self.body.measure(t_s)
        buffer.append(reading)
        self.answers_s = reading.t_s
        return text([reading], buffer[0].t_s, list(parameters[1:]) or ["READ"])

    def _make(self, _t_s: float, parameters: Parameters) -> None:
        points = int(number(parameters[1], 1, 1e9)) if len(parameters) > 1 else 10
        self._buffers.make(_first(parameters).strip("\"'"), points)

    def _data(self, _t_s: float, parameters: Parameters) -> str:
        if len(parameters) < 2:
            raise ScpiError(MISSING)
        buffer = list(self._buffers.get(_buffer(parameters, 2)))
        first, last = (int(number(parameter, 1, 1e9)) for parameter in parameters[:2])
        if not first <= last <= len(buffer):
            raise ScpiError(OUT_OF_RANGE)
        return text(buffer[first - 1 : last], buffer[0].t_s, list(parameters[3:]) or ["READ"])


def _first(parameters: Parameters) -> str:
    if not parameters:
        raise ScpiError(MISSING)
    return parameters[0]


def _buffer(parameters: Parameters, index: int) -> str:
    return parameters[index] if len(parameters) > index else "defbuffer1"
