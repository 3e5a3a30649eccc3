"""A Geno/Grinder as a Mill: a speed and a time are set, it is started, and stopped before its time is over.

It says what it is doing but not at which speed, so the speed is what this host has set and nothing to another host.
The time it is given is its dead-man's switch: it stops by itself after it, spoken to or not, so a longer milling has to
be started anew. That it stands at "Run Complete" until it is started again, and at "Standby" after it lost its power,
is assumed. Whether a stop is answered is not known: it is looked for, and the status decides.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.milling import Mill
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import StartMill, StopMill
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.orders import Orders
from autosynth.wire.silence import Silence
from drivers.genogrinder_2010.codec import (
    PARAMETERS_SET,
    Order,
    Status,
    decode_status,
    decode_text,
    encode,
    encode_parameters,
)
from drivers.genogrinder_2010.options import read_options

_POLL_S = 1.0
_COMMAND_S = 2.0
_GAP_S = 0.05
_SHAKING = frozenset({Status.RUNNING, Status.MIXING})
_RUNNING = _SHAKING | {Status.LOCKING, Status.UNLOCKING}
_STOPPED = frozenset({Status.STANDBY, Status.UNLOCKING, Status.COMPLETE})
"""In these the jar is at rest [assumed of unlocking], and nothing but a start moves it."""


class GenoGrinder:
    """One mill on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self.name = settings.name
        self.frequency_min_hz = self._options.hz(self._options.speed_min_rpm)
        self.frequency_max_hz = self._options.hz(self._options.speed_max_rpm)
        self.ramp_s = self._options.ramp_s
        self.silence_s = float(self._options.run_s)
        self._wire = wire
        self._clock = clock
        self._silence = Silence(clock, _GAP_S)
        self._orders = Orders(settings.name, wire)
        self._rpm: int | None = None
        self._started = False
        self._unheard = False

    async def connect(self) -> Identity:
        """Ask for the status; nothing is changed. It does not say its model."""
        await self._status()
        return Identity(model="")

    async def read_state(self) -> State:
        """Ask for the status."""
        return self._state(*await self._status())

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        kept = {key: value for key, value in state.items() if key != "frequency_hz"}
        match stroke:
            case StartMill(frequency_hz):
                target_hz = self._options.hz(self._speed(frequency_hz))
                return {**kept, "running": True, "target_hz": target_hz, "fault": "", "remembers": True}
            case StopMill():
                return {**kept, "running": False}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a mill", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take, with locking and unlocking; see `expect`."""
        self.expect(state, stroke)
        if isinstance(stroke, StartMill):
            return _COMMAND_S + self._options.lock_s + (self._stop_s if state.get("running") else 0.0)
        return _COMMAND_S + (self._stop_s if state.get("running") else 0.0)

    async def start_mill(self, frequency_hz: float) -> Outcome:
        """Run at a frequency of the jar, Hz, for the time of the options at most; one that runs is stopped first."""
        rpm, halts = self._speed(frequency_hz), self._orders.halts
        self._unheard = True
        status, text = await self._status()
        self._refuse_error(status, text)
        if status in _RUNNING:
            await self.stop_mill()
        await self._set(rpm)
        self._rpm = rpm
        if halts != self._orders.halts:
            raise DeviceRefusedError("it was made safe meanwhile", self.name)
        self._unheard, taken = False, True
        try:
            self._refuse_error(*self._understood(await self._start(halts)))
        except (NoReplyError, GarbledReplyError):
            taken = False
        self._started = True
        return Outcome(await self._running(halts, taken=taken))

    async def stop_mill(self) -> Outcome:
        """Bring the jar to rest and wait until it is unlocked.

        Raises:
            DeviceBusyError: it still runs long after it was told to stop.
            DeviceRefusedError: it says an error, and not that it is at rest.
        """
        await self._stop(urgent=False)
        began_s = self._clock.now()
        while True:
            status, text = await self._status()
            self._refuse_error(status, text)
            if status not in _RUNNING:
                return Outcome(self._state(status, text))
            self._refuse_late(began_s, status, text)
            await self._clock.sleep(_POLL_S)

    async def read_frequency(self) -> float:
        """Return what the jar does, Hz: the speed that this host has set while it says that it shakes.

        Raises:
            DeviceRefusedError: it shakes at a speed that another host has set, and cannot say it.
        """
        status, _ = await self._status()
        if status not in _SHAKING:
            return 0.0
        if self._rpm is None:
            raise DeviceRefusedError("it cannot say the speed that another host has set", self.name)
        return self._options.hz(self._rpm)

    async def feed(self) -> None:
        """Ask something; nothing that is said makes it run longer."""
        await self._status()

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Compare the status with the intent: it counts no runs, so only this host may know that none was begun."""
        expected = self.expect(intent.before, intent.stroke)
        now = await self.read_state()
        if isinstance(intent.stroke, StopMill):
            if now["fault"]:
                return Reconciliation(Verdict.NOT_STARTED, now, f"it says {now['fault']!r}, not that it is at rest")
            verdict = Verdict.NOT_STARTED if now["running"] else Verdict.DONE
            return Reconciliation(verdict, now, "it runs" if now["running"] else "it is at rest")
        if now["running"] and now["target_hz"] == expected["target_hz"]:
            return Reconciliation(Verdict.DONE, now, "it runs at the speed that this host has set")
        if self._unheard and not now["running"]:
            return Reconciliation(Verdict.NOT_STARTED, now, "this host has not told it to run")
        how = "it runs, at a speed that it cannot say" if now["running"] else "it is at rest and counts no runs"
        return Reconciliation(Verdict.UNKNOWN, now, f"{how}: if it ran, then for at most {self.silence_s:g} s")

    async def make_safe(self) -> None:
        """Stop at once, ahead of all else, and again until it says that the jar is at rest, unlocked or being unlocked.

        Raises:
            DeviceBusyError: it still says something else long after the first stop.
            DeviceRefusedError: so it does, and that is an error.
        """
        self._orders.recall()
        began_s = self._clock.now()
        while True:
            await self._stop(urgent=True)
            status, text = await self._status()
            if status in _STOPPED:
                return
            self._refuse_late(began_s, status, text)
            await self._clock.sleep(_POLL_S)

    async def aclose(self) -> None:
        """Give the wire up. Nothing is sent: a mill that runs stops when its time is over."""
        await self._wire.aclose()

    @property
    def _stop_s(self) -> float:
        return self.ramp_s + self._options.lock_s

    def _state(self, status: Status, text: str) -> State:
        running = status in _RUNNING
        known = running or status is Status.COMPLETE
        target_hz = None if self._rpm is None else self._options.hz(self._rpm)
        return {
            "running": running,
            "frequency_hz": target_hz if status in _SHAKING else 0.0,
            "target_hz": target_hz,
            "fault": text if status is Status.ERROR else "",
            "remembers": True if known else (False if self._started else None),
        }

    async def _running(self, halts: int, *, taken: bool) -> State:
        began_s = self._clock.now()
        while True:
            if halts != self._orders.halts:
                await self.make_safe()
                raise DeviceRefusedError("it was made safe meanwhile", self.name)
            status, text = await self._status()
            self._refuse_error(status, text)
            if status in _SHAKING:
                return self._state(status, text)
            if self._clock.now() - began_s > 1.5 * self._options.lock_s + 2.0:
                break
            await self._clock.sleep(_POLL_S)
        if not taken:
            raise NoReplyError("it did not confirm the start and does not run", self.name, encode(Order.START))
        raise DeviceRefusedError("it took the start and does not run", self.name, advice="Is its lid locked?")

    async def _set(self, rpm: int) -> None:
        """Set time and speed; setting them twice is setting them once."""
        request = encode_parameters(self._options.run_s, rpm)
        frame = b""
        for attempt in range(self._options.retries + 1):
            try:
                frame = await self._exchange(request)
            except (NoReplyError, GarbledReplyError):
                if attempt == self._options.retries:
                    raise
                continue
            if PARAMETERS_SET.lower() in decode_text(frame).lower():
                return
        raise DeviceRefusedError(f"it does not take {rpm} rpm: {decode_text(frame)}", self.name, request, frame)

    async def _stop(self, *, urgent: bool) -> None:
        """Say stop; that nothing answers tells nothing."""
        request = encode(Order.STOP)
        try:
            if urgent:
                await self._wire.urgent(request, deadline_s=self._options.reply_s)
            else:
                await self._exchange(request)
        except (NoReplyError, GarbledReplyError):
            pass
        finally:
            self._silence.begin()

    async def _status(self) -> tuple[Status, str]:
        """Ask for the status, again when nothing usable comes."""
        for _ in range(self._options.retries):
            try:
                return self._understood(await self._exchange(encode(Order.STATUS)))
            except (NoReplyError, GarbledReplyError):
                continue
        return self._understood(await self._exchange(encode(Order.STATUS)))

    def _understood(self, frame: bytes) -> tuple[Status, str]:
        return decode_status(frame, self._options.words), decode_text(frame)

    async def _exchange(self, request: bytes) -> bytes:
        async with self._silence:
            return await self._wire.exchange(request, deadline_s=self._options.reply_s)

    async def _start(self, halts: int) -> bytes:
        """Say start once, and not after a stop that `halts` does not count; it is answered when it has locked."""
        deadline_s = self._options.reply_s + self._options.lock_s
        async with self._silence:
            return await self._orders.exchange(encode(Order.START), halts, deadline_s=deadline_s)

    def _refuse_late(self, began_s: float, status: Status, text: str) -> None:
        """Have no more patience with a mill that was told to stop at `began_s` and is not at rest."""
        if self._clock.now() - began_s > 1.5 * self._stop_s + 5.0:
            self._refuse_error(status, text)
            raise DeviceBusyError(f"it was told to stop and says {text!r}", self.name, advice="Press its stop key.")

    def _refuse_error(self, status: Status, text: str) -> None:
        if status is Status.ERROR:
            raise DeviceRefusedError(f"it says {text!r}", self.name, advice="See to the mill and clear its error.")

    def _speed(self, frequency_hz: float) -> int:
        """Return the speed of a frequency of the jar, whole rpm."""
        low, high = self.frequency_min_hz, self.frequency_max_hz
        if not low <= frequency_hz <= high:
            raise ArgumentError(f"{frequency_hz} Hz is not from {low:.4g} to {high:.4g} Hz", self.name)
        return round(frequency_hz * 60.0 / self._options.ratio)


_: type[Mill] = GenoGrinder
