"""A carousel with a lift as a Sampler: absolute strokes in machine coordinates, each verified by the board's own count.

The motors have no feedback: positions are commanded ones, true since the last homing as long as nobody turns the
carousel by hand and no step is lost. After a reset, lost power or an alarm that loses steps the sampler is `trusted:
False` and refuses strokes until `home_sampler`. A board that homes locks itself when it starts, so one that is not
locked when a host connects is taken to be homed: only a person's `$X` makes that wrong. It has no watchdog.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.sampler import Sampler
from autosynth.contracts.stroke import AnyStroke, HomeSampler
from autosynth.errors import DeviceRefusedError, GarbledReplyError, IdentityError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.grbl_carousel import codec
from drivers.grbl_carousel.faults import CRITICAL, LOCKED, alarm_text, error_text
from drivers.grbl_carousel.motion import HOME_PORT, Motion
from drivers.grbl_carousel.options import read_options
from drivers.grbl_carousel.settle import settle
from drivers.grbl_carousel.talk import POLL_S, STANDING, Talk

_TUBE_PIN = "P"
_STOPPING_S = 10.0
"""Longer than this no axis takes to stop [assumed]."""


class Carousel:
    """One sampler on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self._motion = Motion(settings.name, self._options)
        self.name = settings.name
        self.ports = self._options.port_names
        self.positions = self._options.positions
        self.magnet_offset = self._options.magnet_offset
        self._wire = wire
        self._clock = clock
        self._talk = Talk(settings.name, wire, clock, self._options)
        self._lowered = False
        """Whether this host has told the lift to go down since it was last seen up: late reports are not to free it."""

    async def connect(self) -> Identity:
        """Let the board start, wait until it stands, and compare its settings with the station; nothing moves."""
        if self._options.resets_on_open:
            await self._clock.sleep(self._options.boot_s)
        await self._talk.until_standing(self._options.homing_s)
        version = await self._talk.ask(codec.VERSION, codec.parse_version)
        settings = await self._talk.ask(codec.SETTINGS, codec.parse_settings)
        if await self._talk.ask(codec.PARSER, codec.parse_inches):
            raise IdentityError("it takes numbers for inches", self.name, advice="Say G21, or reset it.")
        self._motion = self._motion.of_board(settings)
        return Identity(model="Grbl", firmware=version)

    async def read_state(self) -> State:
        """Ask for a report, two when it stands."""
        return self._state(await self._talk.settled())

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; see `Device.expect`."""
        return self._motion.expect(state, stroke)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take at most; raises ArgumentError as `expect` does."""
        return self._motion.duration_s(state, stroke)

    async def turn_to(self, port: str) -> Outcome:
        """Turn the carousel to `port` and ask where it is; see `Valve`.

        Raises:
            DeviceRefusedError: the lift is not up or the position not trusted: nothing was moved; or it strayed.
        """
        self._motion.check_port(port)
        halts = self._talk.halts
        status = await self._ready()
        if self._lowered or self._options.inserted_at(status.at_mm("Z")) is not False:
            message = "the lift is not up, and turning would break the tube"
            raise DeviceRefusedError(message, self.name, advice="Take the tube out first.")
        return Outcome(await self._move("X", self._options.port_mm(port), status, halts))

    async def move_lift(self, inserted: bool) -> Outcome:
        """Put the tube over the bore in, or take it out; see `Sampler`.

        Raises:
            DeviceRefusedError: there is no tube, it stands between positions or untrusted: nothing moved; or it
                strayed.
        """
        halts = self._talk.halts
        status = await self._ready()
        if inserted and not self._options.inserted_at(status.at_mm("Z")):
            self._need_tube(status)
        target_mm = self._options.lift_down_mm if inserted else self._options.lift_up_mm
        return Outcome(await self._move("Z", target_mm, status, halts))

    async def home_sampler(self) -> Outcome:
        """Home all axes, the lift first as GRBL does by default, and turn to the first position; see `Sampler`.

        Raises:
            DeviceRefusedError: homing failed or was stopped.
            NoReplyError: whether it was homed is not known.
        """
        talk, halts = self._talk, self._talk.halts
        if talk.alarm in CRITICAL:
            await talk.reset()
        before = await talk.until_standing(self._options.homing_s)
        talk.alarm = 0
        taken = await talk.order(codec.HOME, 1.5 * self._options.homing_s + 2.0, halts)
        status = await talk.until_standing(self._options.homing_s)
        unlocked = before.state == "Alarm" and status.state == "Idle"  # by homing only, whether that was heard or not
        if not taken and not unlocked:
            raise NoReplyError("it did not say that it is homed", self.name, codec.HOME, advice="Home it again.")
        if status.state != "Idle":
            raise self._locked()
        talk.lost = False
        await self._move("Z", self._options.lift_up_mm, status, halts)
        return Outcome(await self._move("X", self._options.port_mm(HOME_PORT), await talk.settled(), halts))

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Wait until it stands and judge the intent by where; see `settle`."""
        duration_s = self._motion.duration_s(intent.before, intent.stroke)
        patience_s = self._options.homing_s if isinstance(intent.stroke, HomeSampler) else duration_s
        state = self._state(await self._talk.until_standing(patience_s))
        self._lowered = self._lowered and state["inserted"] is not False
        return settle(intent, state)

    async def make_safe(self) -> None:
        """Stop at once by a feed hold and, once it stands, drop what it was told by a reset.

        A board known to stand and to have been told nothing since is only asked. After the reset its position is not
        trusted: it keeps its count when it was standing, but nobody can tell that from a reset that lost steps.
        """
        known = self._talk.standing
        self._talk.halts += 1
        if known and (await self._talk.urgent_status()).state in STANDING:
            self._talk.standing = True
            return
        start_s = self._clock.now()
        try:
            status = await self._talk.urgent_status(codec.HOLD)
            while not self._stopped(status) and self._clock.now() - start_s < _STOPPING_S:
                await self._clock.sleep(POLL_S)
                status = await self._talk.urgent_status()
        except (NoReplyError, GarbledReplyError):
            pass  # while it homes it heeds nothing but a reset
        await self._talk.reset()

    async def aclose(self) -> None:
        """Give the wire up; what it was told it still does."""
        await self._wire.aclose()

    async def _move(self, axis: str, to_mm: float, status: codec.Status, halts: int) -> State:
        """Move an axis, wait until it stands and return the state.

        Raises:
            DeviceRefusedError: it was refused, stopped, or stands elsewhere.
            NoReplyError: it neither answered nor moved.
        """
        turning, start_mm = axis == "X", status.at_mm(axis)
        motion, options = self._motion, self._options
        duration_s = (motion.turn_s if turning else motion.lift_s)(to_mm - start_mm)
        feed = options.turn_feed_mm_min if turning else options.lift_feed_mm_min
        line = codec.move(axis, to_mm, feed)
        lowers = not turning and to_mm != options.lift_up_mm
        self._lowered = self._lowered or lowers
        taken = await self._talk.order(line, options.reply_s, halts)
        await self._talk.order(codec.BARRIER, 1.5 * duration_s + 2.0 + options.reply_s, halts)
        now = await self._talk.until_standing(duration_s)
        self._talk.check_stopped(halts)
        if now.state != "Idle" or self._talk.lost:
            raise self._locked()
        at_mm = now.at_mm(axis)
        if abs(at_mm - to_mm) <= options.tolerance_mm:
            self._lowered = self._lowered if turning else lowers
            return self._state(now)
        if not taken and abs(at_mm - start_mm) <= options.tolerance_mm:
            message = "it did not answer the command and did not carry it out"
            raise NoReplyError(message, self.name, line, advice="Check the cable.")
        message = f"{axis} stands at {at_mm:g} mm instead of {to_mm:g} mm"
        raise DeviceRefusedError(message, self.name, line, advice="Look at the sampler, then home it.")

    async def _ready(self) -> codec.Status:
        """Return a report of a board that stands and whose position is trusted.

        Raises:
            DeviceRefusedError: it moves, is locked, or its position is not trusted.
        """
        status = await self._talk.settled()
        if self._talk.lost or self._talk.alarm or status.state != "Idle":
            raise self._locked(status.state)
        return status

    def _need_tube(self, status: codec.Status) -> None:
        port = self._options.port_at(status.at_mm("X"))
        if port is None:
            raise DeviceRefusedError("the carousel stands between positions", self.name, advice="Turn it first.")
        if self._options.tube_sensor and _TUBE_PIN not in status.pins:
            position = self._motion.over(port)["at_magnet"]
            message = f"no tube is seen over the bore, where that of position {position} should be"
            raise DeviceRefusedError(message, self.name, advice="Put a tube in, or look at the sensor.")

    def _locked(self, state: str = "") -> DeviceRefusedError:
        if self._talk.alarm:
            message, advice = alarm_text(self._talk.alarm)
        elif self._talk.lost:
            message, advice = "its position is not trusted", error_text(LOCKED)[1]
        else:
            message, advice = f"it says {state or 'that it is locked'}", "Look at the sampler."
        return DeviceRefusedError(message, self.name, advice=advice)

    @staticmethod
    def _stopped(status: codec.Status) -> bool:
        return status.state in STANDING or (status.state in {"Hold", "Door"} and status.detail == "0")

    def _state(self, status: codec.Status) -> State:
        trusted = not self._talk.lost
        port = self._options.port_at(status.at_mm("X")) if trusted else None
        return {
            "port": port,
            "at_magnet": None if port is None else self._motion.over(port)["at_magnet"],
            "inserted": self._options.inserted_at(status.at_mm("Z")) if trusted else None,
            "tube_present": _TUBE_PIN in status.pins if self._options.tube_sensor else None,
            "trusted": trusted,
            "ready": status.state == "Idle",
            "error": self._talk.alarm,
        }


_: type[Sampler] = Carousel
