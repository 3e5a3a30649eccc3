"""A Runze valve as a Valve: every turn is verified by the position the valve reports once its motor stands.

The protocol has no sequence numbers, so a turn is sent once; after silence the valve is asked where it is. A valve
that does not know its position is homed before it turns; homed or stopped between ports it is closed and `port` is
None. It has no watchdog. An answer says a status and a number but not what it answers, so commands wait until a second
answer to the last one has gone by unheard, and what is decided by is asked until two answers running agree.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.liquid import Valve
from autosynth.contracts.stroke import AnyStroke, TurnTo
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.runze_sv06.codec import Answer, Function, Status, decode, encode
from drivers.runze_sv06.options import read_options

_POLL_S = 0.1
_GAP_S = 0.02
"""Silence before a command; an answer of eight bytes lasts 8 ms at 9600 baud."""
_CONFIRMATIONS = 4
"""How many further times something is asked until two answers running agree."""
_MOVING = frozenset({Status.BUSY, Status.EXECUTING})
_ADVICE = {
    Status.FRAME_ERROR: "Check cable, baud rate and grounding.",
    Status.PARAMETER_ERROR: "Check the number of ports in the station's options.",
    Status.BUSY: "Wait until it stands; if it never does, look for a slipping valve head.",
    Status.OPTO_ERROR: "The position sensor is at fault; the valve needs service.",
    Status.STALLED: "Look for a stuck or over-tightened valve head.",
    Status.UNKNOWN_POSITION: "The valve must be homed.",
}


class RunzeValve:
    """One valve on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self.name = settings.name
        self.ports = self._options.port_names
        self._wire = wire
        self._clock = clock
        self._silence = Silence(clock, _GAP_S)
        self._orders = Orders(settings.name, wire)

    async def connect(self) -> Identity:
        """Ask for the firmware; nothing moves. The valve cannot say its model."""
        answer = await self._twice(Function.FIRMWARE)
        self._refuse_unless(answer)
        return Identity(model="", firmware=f"{answer.low}.{answer.high}")

    async def read_state(self) -> State:
        """Ask whether the motor stands and where the valve is."""
        motor = await self._twice(Function.MOTOR)
        return {
            "port": await self._port(),
            "ready": motor.status not in _MOVING,
            "error": 0 if motor.status in _MOVING else int(motor.status),
        }

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; see `Device.expect`."""
        return {**state, "port": self._target(stroke), "ready": True, "error": 0}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take at most; raises ArgumentError as `expect` does."""
        target, now = int(self._target(stroke)), state.get("port")
        ahead = (target - int(now)) % self._options.ports if now else self._options.ports
        steps = min(ahead, self._options.ports - ahead) if now else 2 * ahead
        return self._options.revolution_s * steps / self._options.ports

    async def turn_to(self, port: str) -> Outcome:
        """Turn to `port` by the shortest path and verify; see `Valve`."""
        target = self._target(TurnTo(port))
        halts = self._orders.halts
        before = await self._twice(Function.POSITION)
        if before.status == Status.UNKNOWN_POSITION:
            await self._turn(Function.RESET, 0, halts)
        taken = await self._turn(Function.GO, int(target), halts)
        state = await self.read_state()
        if state["port"] != port:
            if not taken and before.status == Status.OK and state["port"] == self._name(before):
                message = "it did not answer the command and did not carry it out"
                raise NoReplyError(message, self.name, advice="Check the cable.")
            message = f"the valve reports port {state['port']} instead of {port}"
            raise DeviceRefusedError(message, self.name, advice="Look for a stuck valve.")
        return Outcome(state)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Wait until the motor stands and compare the valve's port with the intent."""
        target = self._target(intent.stroke)
        await self._until_standing(self.duration_s(intent.before, intent.stroke))
        state = await self.read_state()
        at = state["port"]
        if at == target:
            return Reconciliation(Verdict.DONE, state, f"the valve is at port {at}")
        if at is not None and at == intent.before.get("port"):
            return Reconciliation(Verdict.NOT_STARTED, state, f"the valve is still at port {at}")
        place = f"at port {at}" if at else "between ports"
        return Reconciliation(Verdict.PARTLY, state, f"the valve is {place} on its way to {target}; nothing was moved")

    async def make_safe(self) -> None:
        """Stop the motor at once; a valve stopped between ports is closed."""
        self._orders.recall()
        stop = encode(self._options.address, Function.STOP)
        for attempt in range(self._options.retries + 1):
            try:
                try:
                    frame = await self._wire.urgent(stop, deadline_s=self._options.reply_s)
                finally:
                    self._silence.begin()
                self._understood(frame, stop)
            except (NoReplyError, GarbledReplyError):
                if attempt == self._options.retries:
                    raise
            else:
                return

    async def aclose(self) -> None:
        """Give the wire up; the valve stays where it is."""
        await self._wire.aclose()

    async def _turn(self, function: Function, parameter: int, halts: int) -> bool:
        """Start a movement once and wait until it ends; False: the valve never said that it took it."""
        request, taken = encode(self._options.address, function, parameter), True
        try:
            async with self._silence:
                frame = await self._orders.exchange(request, halts, deadline_s=self._options.reply_s)
            self._refuse_unless(self._understood(frame, request), Status.EXECUTING)
        except (NoReplyError, GarbledReplyError):
            if halts != self._orders.halts:
                raise
            taken = False
        self._refuse_unless(await self._until_standing(self._options.revolution_s), Status.UNKNOWN_POSITION)
        return taken

    async def _until_standing(self, duration_s: float) -> Answer:
        start_s = self._clock.now()
        while True:
            answer = await self._twice(Function.MOTOR)
            if answer.status not in _MOVING:
                return answer
            if self._clock.now() - start_s > 1.5 * duration_s + 2.0:
                message = f"still turning after {self._clock.now() - start_s:.1f} s, {duration_s:.1f} s were expected"
                raise DeviceBusyError(message, self.name, advice="Look for a slipping valve head.")
            await self._clock.sleep(_POLL_S)

    async def _port(self) -> str | None:
        answer = await self._twice(Function.POSITION)
        if answer.status in _MOVING or answer.status == Status.UNKNOWN_POSITION:
            return None
        self._refuse_unless(answer)
        return self._name(answer)

    def _name(self, answer: Answer) -> str | None:
        return str(answer.low) if str(answer.low) in self.ports else None

    async def _twice(self, function: Function) -> Answer:
        """Return an answer that was given twice running.

        Raises:
            GarbledReplyError: no two answers running agree.
        """
        last = await self._ask(function)
        for _ in range(_CONFIRMATIONS):
            answer = await self._ask(function)
            if answer == last:
                return answer
            last = answer
        request = encode(self._options.address, function)
        message = f"its answers about the {function.name.lower()} contradict each other"
        raise GarbledReplyError(message, self.name, request)

    async def _ask(self, function: Function) -> Answer:
        """Ask something harmless, again when nothing usable comes."""
        request = encode(self._options.address, function)
        for _ in range(self._options.retries):
            try:
                return await self._exchange(request)
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._exchange(request)

    async def _exchange(self, request: bytes) -> Answer:
        async with self._silence:
            frame = await self._wire.exchange(request, deadline_s=self._options.reply_s)
        return self._understood(frame, request)

    def _understood(self, frame: bytes, request: bytes) -> Answer:
        try:
            answer = decode(frame)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self.name, request, frame) from error
        if answer.address != self._options.address:
            raise GarbledReplyError(f"valve {answer.address} answered", self.name, request, frame)
        return answer

    def _refuse_unless(self, answer: Answer, *accepted: Status) -> None:
        if answer.status != Status.OK and answer.status not in accepted:
            what = answer.status.name.lower().replace("_", " ")
            message = f"status {answer.status:#04x}, {what}"
            raise DeviceRefusedError(message, self.name, advice=_ADVICE.get(answer.status, ""))

    def _target(self, stroke: AnyStroke) -> str:
        if not isinstance(stroke, TurnTo):
            raise ArgumentError(f"{stroke.VERB} is no stroke of a valve", self.name)
        if stroke.port not in self.ports:
            raise ArgumentError(f"there is no port {stroke.port!r}, only {', '.join(self.ports)}", self.name)
        return stroke.port


_: type[Valve] = RunzeValve
