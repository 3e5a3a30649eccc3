"""A plate that heats a vessel: two heat stores, a power limit and a proportional controller, in closed form.

The plate takes the heater's power, loses heat to the room and passes some to the medium. With constant power, or with
power proportional to the distance from the set-point, that is x' = A x + b with two unknowns, solved exactly; so a
temperature can be asked for at any time without stepping. All constants are assumed, of the size of a 600 W plate with
a small flask. Once the controller has left its limit it is taken as linear: while it overshoots it may cool a little.
"""

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass, field

HORIZON_S = 1.0e6


@dataclass(frozen=True, slots=True)
class Plant:
    """The heat stores and paths between them; powers in W, capacities in J/K, conductances in W/K."""

    ambient_c: float
    plate_j_k: float = 450.0
    medium_j_k: float = 80.0
    plate_loss_w_k: float = 2.0
    medium_loss_w_k: float = 0.15
    contact_w_k: float = 1.5
    power_w: float = 600.0
    gain_w_k: float = 5.0

    def holding_w(self, target_c: float, *, on_medium: bool) -> float:
        """Return the power that holds the medium (or else the plate) at `target_c` for good."""
        if not on_medium:
            through = self.contact_w_k * self.medium_loss_w_k / (self.contact_w_k + self.medium_loss_w_k)
            return (self.plate_loss_w_k + through) * (target_c - self.ambient_c)
        excess = (target_c - self.ambient_c) * (1 + self.medium_loss_w_k / self.contact_w_k)
        return self.plate_loss_w_k * excess + self.medium_loss_w_k * (target_c - self.ambient_c)


@dataclass(frozen=True, slots=True)
class Control:
    """What the heater does: constant `power_w`, plus `gain_w_k` times a sensed store's distance from `target_c`."""

    power_w: float
    gain_w_k: float = 0.0
    target_c: float = 0.0
    on_medium: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """Plate and medium from `start_s` on under one control, given where they stood then."""

    plant: Plant
    control: Control
    start_s: float
    plate_c: float
    medium_c: float
    _matrix: tuple[float, float, float, float] = field(init=False, repr=False)
    _rest: tuple[float, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        plant, control = self.plant, self.control
        on_plate = 0.0 if control.on_medium else control.gain_w_k
        on_medium = control.gain_w_k if control.on_medium else 0.0
        a = -(plant.plate_loss_w_k + plant.contact_w_k + on_plate) / plant.plate_j_k
        b = (plant.contact_w_k - on_medium) / plant.plate_j_k
        c = plant.contact_w_k / plant.medium_j_k
        d = -(plant.contact_w_k + plant.medium_loss_w_k) / plant.medium_j_k
        power = control.power_w + control.gain_w_k * control.target_c
        push_plate = (power + plant.plate_loss_w_k * plant.ambient_c) / plant.plate_j_k
        push_medium = plant.medium_loss_w_k * plant.ambient_c / plant.medium_j_k
        det = a * d - b * c
        rest = ((b * push_medium - d * push_plate) / det, (c * push_plate - a * push_medium) / det)
        object.__setattr__(self, "_matrix", (a, b, c, d))
        object.__setattr__(self, "_rest", rest)

    def at(self, t_s: float) -> tuple[float, float]:
        """Return plate and medium temperature at `t_s`."""
        a, b, c, d = self._matrix
        elapsed = max(0.0, t_s - self.start_s)
        mean = (a + d) / 2
        root = cmath.sqrt(mean * mean - (a * d - b * c))
        decay = math.exp(mean * elapsed)
        if abs(root) * elapsed > 300.0:
            decay, cosh, sinh = self._late(mean, root.real, elapsed)
        else:
            cosh = cmath.cosh(root * elapsed).real
            sinh = elapsed if root == 0 else (cmath.sinh(root * elapsed) / root).real
        plate, medium = self.plate_c - self._rest[0], self.medium_c - self._rest[1]
        return (
            self._rest[0] + decay * (cosh * plate + sinh * ((a - mean) * plate + b * medium)),
            self._rest[1] + decay * (cosh * medium + sinh * (c * plate + (d - mean) * medium)),
        )

    @staticmethod
    def _late(mean: float, root: float, elapsed: float) -> tuple[float, float, float]:
        """Avoid the overflow of cosh where only the slower exponential is left."""
        if root == 0:
            return 0.0, 1.0, 1.0
        return math.exp((mean + root) * elapsed), 0.5, 0.5 / root


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Temperatures over time: at most one stretch at the limit of power, then the rest."""

    segments: tuple[Segment, ...]

    def at(self, t_s: float) -> tuple[float, float]:
        """Return plate and medium temperature at `t_s`."""
        for segment in reversed(self.segments):
            if t_s >= segment.start_s:
                return segment.at(t_s)
        return self.segments[0].at(t_s)

    def plate_c(self, t_s: float) -> float:
        """Return the plate's temperature at `t_s`."""
        return self.at(t_s)[0]

    def medium_c(self, t_s: float) -> float:
        """Return the medium's temperature at `t_s`."""
        return self.at(t_s)[1]

    def plate_exceeds_s(self, limit_c: float) -> float | None:
        """Return when the plate first exceeds `limit_c`, to a hundredth of a second; None if it never does."""
        start_s = self.segments[0].start_s
        before_s = start_s
        for step in range(1, 400):
            at_s = start_s + 0.5 * step * (1 + step / 40)
            if self.plate_c(at_s) > limit_c:
                return _crossing(lambda t_s: self.plate_c(t_s) - limit_c, before_s, at_s)
            before_s = at_s
        return None


def steady(plant: Plant, t_s: float, plate_c: float, medium_c: float, power_w: float) -> Trajectory:
    """Return what happens at constant power."""
    return Trajectory((Segment(plant, Control(power_w), t_s, plate_c, medium_c),))


def regulated(
    plant: Plant, t_s: float, plate_c: float, medium_c: float, target_c: float, *, on_medium: bool
) -> Trajectory:
    """Return what happens under control: at the power limit while the controller wants more (or less than none)."""
    holding_w = plant.holding_w(target_c, on_medium=on_medium)

    def wanted_w(sensed_c: float) -> float:
        return holding_w + plant.gain_w_k * (target_c - sensed_c)

    first_w = wanted_w(medium_c if on_medium else plate_c)
    control = Control(holding_w, plant.gain_w_k, target_c, on_medium)
    if 0.0 <= first_w <= plant.power_w:
        return Trajectory((Segment(plant, control, t_s, plate_c, medium_c),))
    limit_w = plant.power_w if first_w > plant.power_w else 0.0
    limited = Segment(plant, Control(limit_w), t_s, plate_c, medium_c)
    sign = 1.0 if first_w > limit_w else -1.0

    def beyond(at_s: float) -> float:
        return -sign * (wanted_w(limited.at(at_s)[1 if on_medium else 0]) - limit_w)

    end_s = t_s + 1.0
    while beyond(end_s) < 0.0:
        end_s = t_s + (end_s - t_s) * 2
        if end_s - t_s > HORIZON_S:
            return Trajectory((limited,))
    switch_s = _crossing(beyond, t_s, end_s)
    return Trajectory((limited, Segment(plant, control, switch_s, *limited.at(switch_s))))


def _crossing(function: Callable[[float], float], low_s: float, high_s: float) -> float:
    """Bisect for the sign change of a function that is negative at `low_s` and not at `high_s`."""
    while high_s - low_s > 0.01:
        middle = (low_s + high_s) / 2
        low_s, high_s = (middle, high_s) if function(middle) < 0.0 else (low_s, middle)
    return high_s
