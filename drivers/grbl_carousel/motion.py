"""What strokes should do to the sampler and how long they take; asks nothing of the wire.

A movement is a trapezoid of the feed asked for, or the board's own maximum rate where that is slower, and the board's
acceleration. Until a board has been asked, GRBL's factory settings are assumed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from autosynth.contracts.device import State
from autosynth.contracts.sampler import position_over_bore
from autosynth.contracts.stroke import AnyStroke, HomeSampler, MoveLift, TurnTo
from autosynth.errors import ArgumentError, IdentityError
from drivers.grbl_carousel.codec import ACCELERATION, HOMING, INCHES, MAX_RATE, REPORT_MASK, TRAVEL
from drivers.grbl_carousel.options import CarouselOptions

_MASK_MACHINE_POSITION = 1
HOME_PORT = "1"
"""Where the carousel is turned after homing."""


@dataclass(frozen=True, slots=True)
class Drive:
    """What the board does with an axis: its highest rate in mm/min and its acceleration in mm/s^2."""

    rate_mm_min: float = 500.0
    acceleration_mm_s2: float = 10.0


_FACTORY = Drive()


def trapezoid_s(distance_mm: float, rate_mm_min: float, acceleration_mm_s2: float) -> float:
    """Return how long a movement from rest to rest takes."""
    speed = rate_mm_min / 60.0
    ramps_mm = speed**2 / acceleration_mm_s2
    if ramps_mm >= distance_mm:
        return 2.0 * math.sqrt(distance_mm / acceleration_mm_s2)
    return 2.0 * speed / acceleration_mm_s2 + (distance_mm - ramps_mm) / speed


@dataclass(frozen=True, slots=True)
class Motion:
    """Expectations for one sampler."""

    device: str
    options: CarouselOptions
    turning: Drive = _FACTORY
    lifting: Drive = _FACTORY

    def of_board(self, settings: Mapping[int, float]) -> "Motion":
        """Return the expectations with a board's own settings.

        Raises:
            IdentityError: the board does not home, reports otherwise than in machine coordinates and millimetres, or
                has less travel than the station's places need.
        """
        if not settings.get(HOMING):
            raise self._unfit("homing is off, so its position can never be trusted", "$22=1")
        if not int(settings.get(REPORT_MASK, _MASK_MACHINE_POSITION)) & _MASK_MACHINE_POSITION:
            raise self._unfit("it reports work positions", "$10=1")
        if settings.get(INCHES):
            raise self._unfit("it reports inches", "$13=0")
        ends = {"X": (self.options.port_mm("1"), self.options.port_mm(str(self.options.positions)))}
        ends["Z"] = (self.options.lift_up_mm, self.options.lift_down_mm)
        for axis, (one_mm, other_mm) in ends.items():
            travel_mm = settings.get(TRAVEL[axis], math.inf)
            if abs(one_mm - other_mm) > travel_mm:
                what = f"{axis} travels {travel_mm:g} mm and the station needs {abs(one_mm - other_mm):g} mm"
                raise self._unfit(what, f"${TRAVEL[axis]}, or correct the station")
        return replace(self, turning=_drive(settings, "X"), lifting=_drive(settings, "Z"))

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; what the sensor will see nobody knows before.

        Raises:
            ArgumentError: the sampler cannot do it, or not from this state.
        """
        after = {**state, "ready": True, "error": 0}
        after.pop("tube_present", None)
        match stroke:
            case TurnTo(port):
                self.check_port(port)
                self._need(state, "inserted", value=False, otherwise="the lift must be up before the carousel turns")
                return {**after, **self.over(port)}
            case MoveLift(inserted):
                self._need(state, "trusted", value=True, otherwise="its position is not trusted; home it first")
                if state.get("port", HOME_PORT) is None:
                    raise self._refusal("the carousel stands between positions")
                return {**after, "inserted": inserted}
            case HomeSampler():
                return {**after, **self.over(HOME_PORT), "inserted": False, "trusted": True}
            case other:
                raise self._refusal(f"{other.VERB} is no stroke of a sampler")

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take at most.

        Raises:
            ArgumentError: the sampler cannot do it.
        """
        match stroke:
            case TurnTo(port):
                self.check_port(port)
                now = state.get("port")
                first = self.options.port_names[0 if int(port) > self.options.positions // 2 else -1]
                start = str(now) if now is not None else first
                return self.turn_s(self.options.port_mm(start) - self.options.port_mm(port))
            case MoveLift():
                return self.lift_s(self.options.lift_up_mm - self.options.lift_down_mm)
            case HomeSampler():
                return self.options.homing_s
            case other:
                raise self._refusal(f"{other.VERB} is no stroke of a sampler")

    def turn_s(self, distance_mm: float) -> float:
        """Return how long the carousel takes for a distance."""
        rate = min(self.options.turn_feed_mm_min, self.turning.rate_mm_min)
        return trapezoid_s(abs(distance_mm), rate, self.turning.acceleration_mm_s2)

    def lift_s(self, distance_mm: float) -> float:
        """Return how long the lift takes for a distance."""
        rate = min(self.options.lift_feed_mm_min, self.lifting.rate_mm_min)
        return trapezoid_s(abs(distance_mm), rate, self.lifting.acceleration_mm_s2)

    def over(self, port: str) -> State:
        """Return the part of a state that says which tubes are where."""
        bore = position_over_bore(port, self.options.positions, self.options.magnet_offset)
        return {"port": port, "at_magnet": bore}

    def check_port(self, port: str) -> None:
        """Refuse a port that the carousel does not have.

        Raises:
            ArgumentError: there is no such port.
        """
        if port not in self.options.port_names:
            raise self._refusal(f"there is no port {port!r}, only 1 to {self.options.positions}")

    def _need(self, state: State, key: str, *, value: bool, otherwise: str) -> None:
        if state.get("trusted") is False:
            raise self._refusal("its position is not trusted; home it first")
        if state.get(key, value) is not value:
            raise self._refusal(otherwise)

    def _refusal(self, message: str) -> ArgumentError:
        return ArgumentError(message, self.device)

    def _unfit(self, what: str, setting: str) -> IdentityError:
        return IdentityError(what, self.device, advice=f"Set {setting}.")


def _drive(settings: Mapping[int, float], axis: str) -> Drive:
    rate, acceleration = settings.get(MAX_RATE[axis], 0.0), settings.get(ACCELERATION[axis], 0.0)
    return Drive(rate or _FACTORY.rate_mm_min, acceleration or _FACTORY.acceleration_mm_s2)
