"""A carousel of tubes that turns under a needle and over a magnet's bore, and a lift: where they really are.

The motors are open loop: what the board believes is not known here, and a motor that slips is behind from then on
until it is homed. The tube whose position is over the bore goes into the magnet with the lift; turning with the lift
down breaks it. A place is met within `ALIGNED`; between places the needle reaches no tube and the lift no bore.
"""

from typing import Protocol

from simulators.grbl_carousel.profile import Profile
from simulators.grbl_carousel.rack import Rack

ALIGNED = 0.5
"""How far from a place, in units, is still at it; assumed."""
SEEN = 2.0
"""Within how many units of the bore the sensor sees a tube; assumed."""

Point = tuple[float, float]


class Surroundings(Protocol):
    """What the sampler asks of the twin."""

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put the tube under the needle."""
        ...

    def tube(self, device: str, position: str) -> str | None:
        """Return the vessel that stands at a position."""
        ...

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        """Put a vessel into the magnet, or take it out."""
        ...

    def smash(self, vessel: str, t_s: float) -> None:
        """Break a vessel."""
        ...


class CarouselBody:
    """Carousel (X) and lift (Z).

    Attributes:
        missing: Positions whose tubes somebody has taken out.
        broken: Positions whose tubes were broken.
    """

    def __init__(self, name: str, twin: Surroundings, rack: Rack, port: int | None) -> None:
        self.missing: set[int] = set()
        self.broken: list[int] = []
        self._name = name
        self._twin = twin
        self._rack = rack
        half_way = rack.zero + 0.5 * rack.pitch
        self._at: Point = (half_way if port is None else rack.x_of(port), rack.up_z)
        self._profile: Profile | None = None
        self._part: Point = (0.0, 0.0)
        self._slips_s: float | None = None
        self._slip_next = False
        self._inserted: str | None = None
        twin.turn(name, self.port(0.0), 0.0)

    def position(self, t_s: float) -> Point:
        """Return where carousel and lift really are."""
        if self._profile is None:
            return self._at
        way, _ = self._profile.at(t_s if self._slips_s is None else min(t_s, self._slips_s))
        return self._at[0] + self._part[0] * way, self._at[1] + self._part[1] * way

    def port(self, t_s: float) -> str | None:
        """Return the tube under the needle; None between tubes and while turning."""
        if self._profile is not None and self._part[0] != 0.0:
            return None
        place = self._rack.place_at(self.position(t_s)[0], ALIGNED)
        return None if place is None else str(place)

    @property
    def inserted(self) -> str | None:
        """The vessel in the magnet."""
        return self._inserted

    def tube_present(self, t_s: float) -> bool:
        """Tell what the sensor over the bore sees."""
        place = self._rack.place_at(self.position(t_s)[0], SEEN)
        return place is not None and self._tube(self._rack.over_bore(place)) is not None

    def start(self, profile: Profile, part: Point, t_s: float) -> None:
        """Begin a move along the direction `part`; a tube in the bore breaks when the carousel turns."""
        self._at, self._profile, self._part = self.position(t_s), profile, part
        self._slips_s = None
        if self._slip_next:
            self._slip_next, self._slips_s = False, 0.5 * (t_s + profile.ends_s)
        if self._part[0] != 0.0:
            self._shear(t_s)
            self._twin.turn(self._name, None, t_s)
        if self._part[1] != 0.0:
            self._take_out(t_s)

    def change(self, profile: Profile) -> None:
        """Go on along the same line in another manner (braking)."""
        self._profile = profile

    def rest(self, t_s: float) -> None:
        """Stand still where it is now; the needle and the magnet see what is there."""
        turned, lifted = self._part[0] != 0.0, self._part[1] != 0.0
        self._at, self._profile, self._part, self._slips_s = self.position(t_s), None, (0.0, 0.0), None
        if turned:
            self._twin.turn(self._name, self.port(t_s), t_s)
        if lifted and self._rack.is_down(self._at[1], ALIGNED):
            self._put_in(t_s)

    def slip(self, t_s: float) -> None:
        """Lose steps: in the move under way from now on, else from half-way through the next."""
        if self._profile is None:
            self._slip_next = True
        elif self._slips_s is None:
            self._slips_s = t_s

    def take_tube(self, position: int) -> None:
        """Let somebody take a tube out of the carousel; one in the magnet stays there until it is lifted."""
        self.missing.add(position)

    def _tube(self, position: int) -> str | None:
        gone = position in self.missing or position in self.broken
        return None if gone else self._twin.tube(self._name, str(position))

    def _put_in(self, t_s: float) -> None:
        place = self._rack.place_at(self._at[0], ALIGNED)
        vessel = None if place is None else self._tube(self._rack.over_bore(place))
        if vessel is not None and self._inserted is None:
            self._inserted = vessel
            self._twin.insert(self._name, vessel, t_s)

    def _take_out(self, t_s: float) -> None:
        if self._inserted is not None:
            self._inserted = None
            self._twin.insert(self._name, None, t_s)

    def _shear(self, t_s: float) -> None:
        place = self._rack.place_at(self._at[0], ALIGNED)
        if place is None or self._rack.is_up(self._at[1], ALIGNED):
            return
        position = self._rack.over_bore(place)
        vessel = self._tube(position)
        self._take_out(t_s)
        if vessel is not None:
            self.broken.append(position)
            self._twin.smash(vessel, t_s)
