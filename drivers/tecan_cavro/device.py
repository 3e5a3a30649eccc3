"""A Cavro pump as a ValvePump: absolute strokes, each verified by what the pump reports afterwards.

Positions are commanded positions (`?`); the motor has no feedback here, so after an overload, a terminated movement or
lost power the axis is `trusted: False` and refuses strokes until `home_plunger` has initialised it to the waste port.
That a pump without power remembers nothing is seen by its error 7. The pump has no watchdog: a stroke goes on when the
host dies.
"""

from dataclasses import dataclass

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.liquid import ValvePump
from autosynth.contracts.stroke import AnyStroke, HomePlunger
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.tecan_cavro.codec import Answer, decode_number, move_command
from drivers.tecan_cavro.faults import NOT_INITIALISED, POSITION_LOST, advice, meaning
from drivers.tecan_cavro.forecast import Forecast
from drivers.tecan_cavro.options import SPEED_MAX, SPEED_MIN, Scale, port_names, read_options
from drivers.tecan_cavro.settle import settle
from drivers.tecan_cavro.talk import DtTalk, OemTalk, Talk

_POLL_FAR_S, _POLL_NEAR_S = 1.0, 0.1
_CONFIRMATIONS = 4
"""How many further times a position is asked until two answers running agree."""
_INITIALISING_S = 30.0
_INITIALISING_IGNORES = POSITION_LOST | {10}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where plunger and valve are or should be; None where that is not known."""

    increments: int | None = None
    port: str | None = None


class CavroPump:
    """One pump on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        options = read_options(settings.options)
        self._scale = Scale(options, settings.calibration, settings.name)
        self._forecast = Forecast(self._scale)
        self.name = settings.name
        self.ports = port_names(options)
        self.syringe_ml = self._scale.full_ml
        self.rate_min_ml_min = self._scale.rate_ml_min(SPEED_MIN)
        self.rate_max_ml_min = self._scale.rate_ml_min(SPEED_MAX)
        self.rate_step_ml_min = self._scale.rate_ml_min(1)
        self.resolution_ml = self._scale.increment_ml
        self._options = options
        self._clock = clock
        self._wire = wire
        talk: type[OemTalk | DtTalk] = OemTalk if options.protocol == "oem" else DtTalk
        self._talk: Talk = talk(settings.name, wire, clock, options)
        self._trusted = True
        self._standing = False
        self._known = _Place()
        self._heard = ""

    async def connect(self) -> Identity:
        """Ask who is there and set the positioning mode when the pump is idle; nothing moves."""
        try:
            status = await self._talk.ask("Q")
        except NoReplyError as error:
            if self._options.protocol == "dt":
                error.advice = "A Cavro pump that has once heard OEM frames ignores DT until its power is cycled."
            raise
        self._note(status)
        if status.ready:
            answer = await self._talk.order(f"N{int(self._options.positioning == 'fine')}R", self._talk.halts)
            self._refuse_unless(answer, _INITIALISING_IGNORES)
        firmware = (await self._talk.ask("&")).data.strip()
        return Identity(model="", firmware=firmware, details={"dialect": self._options.dialect})

    async def read_state(self) -> State:
        """Ask for status, commanded position and port."""
        return await self._state(await self._talk.ask("Q"), self._known)

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; see `Device.expect`."""
        return self._forecast.expect(state, stroke)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take from `state`; raises ArgumentError as `expect` does."""
        return self._forecast.duration_s(state, stroke)

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        """Move to an absolute volume and return when the plunger stands; see `Pump`."""
        target, speed = self._scale.increments(to_ml), self._scale.speed(rate_ml_min)
        self._need_trust()
        halts = self._talk.halts
        before, port = await self._increments(self._known.increments), self._known.port
        answer = await self._order(move_command(target, speed, self._options.slope), halts)
        state = await self._finish(self._forecast.stroke_s(abs(target - before), speed), _Place(target, port))
        at = int(state["increments"] or 0)
        if at != target:
            raise self._strayed(at, target, taken=answer is not None or at != before, halted=self._talk.halts != halts)
        actual = self._scale.rate_ml_min(speed)
        note = f"at {actual:.4g} mL/min" if abs(actual - rate_ml_min) > 0.02 * rate_ml_min else ""
        return self._outcome(state, before - at, note)

    async def turn_to(self, port: str) -> Outcome:
        """Turn the valve to `port` the short way round and ask where it is; see `Valve`."""
        self._forecast.check_port(port)
        halts = self._talk.halts
        now, increments = await self._port(self._known.port), self._known.increments
        answer = await self._order(self._forecast.turn_command(now, port), halts)
        state = await self._finish(self._forecast.turn_s(now, port), _Place(increments, port))
        if state["port"] != port:
            if answer is None and state["port"] == now:
                raise self._not_taken()
            message = f"the valve reports port {state['port']} instead of {port}"
            raise DeviceRefusedError(message, self.name, advice="Look for a stuck valve.")
        return Outcome(state)

    async def home_plunger(self) -> Outcome:
        """Initialise to the waste port; what is in the syringe goes there. Afterwards the axis is trusted."""
        halts = self._talk.halts
        before = await self._increments(self._known.increments)
        trusted = self._trusted and (await self._talk.ask("Q")).error not in POSITION_LOST
        answer = await self._order(self._forecast.home_command(), halts, _INITIALISING_IGNORES)
        stroke = before if trusted else self._options.stroke_increments
        status = await self._until_ready(self._forecast.home_s(stroke), patience_s=_INITIALISING_S)
        self._refuse_unless(status)
        if self._talk.halts != halts:
            raise DeviceRefusedError("initialising was terminated", self.name, advice=advice(NOT_INITIALISED))
        self._trusted = True
        state = await self._state(status, _Place(0))
        if state["increments"] != 0:
            self._trusted = False
            if answer is None:
                raise self._not_taken()
            raise DeviceRefusedError(f"after initialising it stands at {state['increments']}", self.name)
        note = "" if trusted else "the syringe went to waste; how much was in it the pump does not know"
        return self._outcome(state, before if trusted else 0, note)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Wait until the pump stands and judge the intent by its position; see `settle`."""
        status = await self._talk.ask("Q")
        if not status.ready:
            homing = isinstance(intent.stroke, HomePlunger)
            duration_s = self._forecast.duration_s(intent.before, intent.stroke)
            status = await self._until_ready(duration_s, _INITIALISING_S if homing else 0.0)
        found = settle(intent, await self._state(status, _Place()), self._scale)
        self._trusted = self._trusted and found.state["trusted"] is not False
        return found

    async def make_safe(self) -> None:
        """Terminate at once, ahead of all else; unless the pump was known to stand, its axis is untrusted now."""
        if not self._standing:
            self._trusted = False
        self._known = _Place()
        await self._talk.halt()

    async def aclose(self) -> None:
        """Give the wire up; the pump holds its place."""
        await self._wire.aclose()

    async def _order(self, command: str, halts: int, ignored: frozenset[int] = frozenset()) -> Answer | None:
        self._standing, self._known = False, _Place()
        answer = await self._talk.order(command, halts)
        self._refuse_unless(answer, ignored)
        return answer

    async def _finish(self, duration_s: float, expected: _Place) -> State:
        status = await self._until_ready(duration_s)
        self._refuse_unless(status)
        return await self._state(status, expected)

    async def _until_ready(self, duration_s: float, patience_s: float = 0.0) -> Answer:
        """Poll `Q`, about once a second while nothing can be finished and often near the end."""
        start_s = self._clock.now()
        allowed_s = max(1.5 * duration_s + 2.0, patience_s)
        while True:
            left_s = start_s + duration_s - self._clock.now()
            await self._clock.sleep(min(left_s, _POLL_FAR_S) if left_s > _POLL_NEAR_S else _POLL_NEAR_S)
            status = await self._talk.ask("Q")
            self._note(status)
            if status.ready:
                return status
            if self._clock.now() - start_s > allowed_s:
                message = f"still busy after {self._clock.now() - start_s:.1f} s, {duration_s:.1f} s were expected"
                raise DeviceBusyError(
                    message, self.name, advice="Look at the pump; terminate it when it must not go on."
                )

    async def _state(self, status: Answer, expected: _Place) -> State:
        self._note(status)
        increments, port = await self._increments(expected.increments), await self._port(expected.port)
        self._known = _Place(increments, port) if status.ready else _Place()
        return {
            "plunger_ml": increments * self._scale.increment_ml,
            "increments": increments,
            "position": "commanded",
            "port": port,
            "ready": status.ready,
            "initialised": status.error not in {1, NOT_INITIALISED},
            "trusted": self._trusted,
            "error": status.error,
        }

    async def _increments(self, expected: int | None) -> int:
        return decode_number(await self._confirmed("?", None if expected is None else str(expected)))

    async def _port(self, expected: str | None) -> str | None:
        port = (await self._confirmed("?6", expected)).data.strip()
        return port if port in self.ports else None

    async def _confirmed(self, report: str, expected: str | None) -> Answer:
        """Return a report that says what it has to, or that was said twice running.

        An answer does not say what it answers, so a doubled or late one would pass for that of the next question, and
        a port for a position: what a dose is booked by is believed at once only if it is what the last order has to
        have brought about and nothing that was answered before says the same; else it is asked until it is confirmed.

        Raises:
            GarbledReplyError: no two answers running agree.
        """
        before, last = self._heard, await self._talk.ask(report)
        self._heard = last.data
        if last.data == expected != before:
            return last
        for _ in range(_CONFIRMATIONS):
            answer = await self._talk.ask(report)
            if answer.data == last.data:
                return answer
            last = answer
            self._heard = last.data
        message = f"its answers to {report!r} contradict each other"
        raise GarbledReplyError(message, self.name, report.encode(), last.data.encode())

    def _note(self, status: Answer) -> None:
        self._standing = status.ready
        if status.error in POSITION_LOST:
            self._trusted = False

    def _refuse_unless(self, answer: Answer | None, ignored: frozenset[int] = frozenset()) -> None:
        """Raise DeviceRefusedError for an error code that is not to be ignored."""
        if answer is None or answer.error == 0 or answer.error in ignored:
            return
        if answer.error in POSITION_LOST:
            self._trusted = False
        message = f"error {answer.error}, {meaning(answer.error)}"
        raise DeviceRefusedError(message, self.name, advice=advice(answer.error))

    def _need_trust(self) -> None:
        if not self._trusted:
            raise ArgumentError("its position is not trusted", self.name, advice=advice(NOT_INITIALISED))

    def _not_taken(self) -> NoReplyError:
        return NoReplyError(
            "it did not answer the command and did not carry it out", self.name, advice="Check the cable."
        )

    def _strayed(self, at: int, target: int, *, taken: bool, halted: bool) -> DeviceRefusedError | NoReplyError:
        if not taken and not halted:
            return self._not_taken()
        why = "the stroke was terminated and " if halted else ""
        message = f"{why}the plunger stands at {at} instead of {target} increments"
        return DeviceRefusedError(message, self.name, advice="Reconcile the stroke before anything else.")

    def _outcome(self, state: State, out: int, note: str) -> Outcome:
        calibration = self._scale.calibration
        return Outcome(
            state,
            moved_ml=out * self._scale.increment_ml,
            moved_sd_ml=calibration.stroke_sd_ml if out else 0.0,
            gain_rel_sd=calibration.gain_rel_sd if out else 0.0,
            note=note,
        )


_: type[ValvePump] = CavroPump
