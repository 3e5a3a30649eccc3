"""A well-mixed vessel: liquid comes and goes, time passes, what can react reacts.

Chemistry is integrated lazily, when liquid enters or somebody looks. A vessel that no instrument stirs, heats or
measures (bottle, vial, waste) holds a mixture only: nothing reacts there, and `truth` says so. Gas escapes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.twin.contents import Array, Layout, Plug
from simulators.twin.kinetics import Inflow

ZERO_CELSIUS_K = 273.15
STILL_RATE_FACTOR = 0.1
"""How slowly an unstirred vessel reacts against a mixed one; assumed."""
MIXED_RPM = 100.0
"""From this stirring speed on a vessel counts as well mixed; assumed."""
STEP_S = 30.0
STEP_K = 0.1


@dataclass(frozen=True, slots=True)
class Regime:
    """How warm and how stirred a vessel is from `t_s` on."""

    t_s: float
    temperature_c: Callable[[float], float]
    rpm: float | None


@dataclass(slots=True)
class Vessel:
    """One vessel and its own clock, which lags behind the bench until somebody looks."""

    name: str
    capacity_ml: float
    layout: Layout
    content: Array
    reacts: bool
    ambient_c: float
    is_gas: bool = False
    shut: bool = False
    t_s: float = 0.0
    regimes: list[Regime] = field(default_factory=list[Regime])
    spilled: Array = field(init=False)
    received: Array = field(init=False)

    def __post_init__(self) -> None:
        """Begin at ambient temperature, with nothing spilled or received."""
        ambient = self.ambient_c
        self.regimes.append(Regime(0.0, lambda _t_s: ambient, None))
        self.spilled = self.layout.empty()
        self.received = self.layout.empty()

    def volume_ml(self) -> float:
        """Return the liquid volume now."""
        return self.layout.liquid_ml(self.content)

    def temperature_c(self, t_s: float) -> float:
        """Return the temperature at a time not before the last integration."""
        return self._regime(t_s).temperature_c(t_s)

    def bind_temperature(self, temperature_c: Callable[[float], float], t_s: float) -> None:
        """Follow another temperature curve from `t_s` on."""
        self.regimes.append(Regime(t_s, temperature_c, self.regimes[-1].rpm))

    def stir(self, rpm: float, t_s: float) -> None:
        """Stir at another speed from `t_s` on."""
        self.regimes.append(Regime(t_s, self.regimes[-1].temperature_c, rpm))

    def advance(self, t_s: float) -> None:
        """Let what is in the vessel react until `t_s`."""
        self._pass_time(t_s, None)

    def flow_in(self, plugs: Sequence[Plug], t0_s: float, t1_s: float) -> None:
        """Let plugs enter one after the other, evenly over the time given; what does not fit is spilled.

        Liquid pushed into a gas supply, or at a lid that is shut, counts as spilled.
        """
        if self.is_gas or self.shut:
            for plug in plugs:
                self.received += plug.content
                self.spilled += plug.content
            self.spilled[self.layout.volumes.start] = 0.0
            return
        total_ml = sum(plug.volume_ml for plug in plugs)
        passed_ml = 0.0
        for plug in plugs:
            start_s = t0_s + (t1_s - t0_s) * passed_ml / total_ml
            passed_ml += plug.volume_ml
            if self.layout.liquid_ml(plug.content) > 0.0:
                self.advance(start_s)
                self._pass_time(t0_s + (t1_s - t0_s) * passed_ml / total_ml, plug.content)

    def flow_out(self, volume_ml: float, t0_s: float, t1_s: float) -> list[Plug]:
        """Take liquid out evenly over the time given, and gas when there is no more."""
        if self.is_gas:
            return [self.layout.gas(volume_ml)]
        self.advance((t0_s + t1_s) / 2.0)
        present_ml = self.volume_ml()
        if present_ml <= 0.0:
            return [self.layout.gas(volume_ml)]
        taken_ml = min(volume_ml, present_ml)
        taken = self.content.copy() if taken_ml >= present_ml else self.content * (taken_ml / present_ml)
        self.content = self.content - taken
        plugs = [Plug(taken_ml, taken)]
        return plugs if taken_ml >= volume_ml else [*plugs, self.layout.gas(volume_ml - taken_ml)]

    def deplete(self, left_ml: float) -> Array:
        """Hold no more than so much liquid; return what is gone."""
        present_ml = self.volume_ml()
        gone = self.content * max(0.0, 1.0 - left_ml / present_ml) if present_ml > 0.0 else self.layout.empty()
        self.content = self.content - gone
        return gone

    def smash(self) -> None:
        """Break: all content is spilled, and whatever enters later."""
        self.spilled += self.content
        self.content = self.layout.empty()
        self.capacity_ml = 0.0

    def describe(self, t_s: float) -> dict[str, Any]:
        """Return what would be in the vessel at `t_s`, as JSON-able numbers, leaving the vessel's own clock alone."""
        content, own_s, regimes = self.content, self.t_s, list(self.regimes)
        self.advance(t_s)
        shown: dict[str, Any] = {
            "volume_ml": self.volume_ml(),
            "charged_mol": self.layout.charged(self.content),
            "composition_mol": self.layout.composition(self.content),
            "temperature_c": self.temperature_c(t_s),
            "chemistry": "integrated" if self.reacts else "mixture only",
        }
        self.content, self.t_s, self.regimes = content, own_s, regimes
        return shown

    def describe_spill(self) -> Mapping[str, Any] | None:
        """Return what ran over, or None when nothing did."""
        return self.layout.describe(self.spilled) if self.spilled.any() else None

    def _pass_time(self, t_s: float, entering: Array | None) -> None:
        """React until `t_s` while `entering` flows in evenly; a time already passed makes the inflow instantaneous."""
        if entering is None and t_s <= self.t_s:
            return
        span_s = t_s - self.t_s
        if self.reacts and span_s > 0.0:
            for start_s, end_s, kelvin, factor in self._spans(t_s):
                share = (end_s - start_s) / span_s
                self._react(end_s - start_s, kelvin, factor, None if entering is None else entering * share)
        elif entering is not None:
            self.content = self.content + entering
        self.t_s = max(self.t_s, t_s)
        if entering is not None:
            self.received += entering
            self._settle()

    def _react(self, dt_s: float, kelvin: float, factor: float, entering: Array | None) -> None:
        layout = self.layout
        litres = self.volume_ml() * 1e-3
        inflow = None
        content = self.content.copy()
        if entering is not None:
            inflow = Inflow(entering[layout.amounts], layout.liquid_ml(entering) * 1e-3)
            content += entering
        before = self.content[layout.amounts]
        content[layout.amounts] = layout.kinetics.react(before, litres, inflow, dt_s, kelvin, factor)
        self.content = content

    def _spans(self, t_s: float) -> Iterator[tuple[float, float, float, float]]:
        """Cut the time since the vessel's own clock into spans of one temperature and one stirring."""
        while len(self.regimes) > 1 and self.regimes[1].t_s <= self.t_s:
            del self.regimes[0]
        regimes = tuple(self.regimes)
        for i, regime in enumerate(regimes):
            start_s = max(self.t_s, regime.t_s)
            end_s = min(t_s, regimes[i + 1].t_s) if i + 1 < len(regimes) else t_s
            if end_s <= start_s:
                continue
            factor = _mixing(regime.rpm)
            pieces = _pieces(regime.temperature_c, start_s, end_s)
            for k in range(pieces):
                low_s = start_s + (end_s - start_s) * k / pieces
                high_s = end_s if k == pieces - 1 else start_s + (end_s - start_s) * (k + 1) / pieces
                yield low_s, high_s, regime.temperature_c((low_s + high_s) / 2.0) + ZERO_CELSIUS_K, factor

    def _settle(self) -> None:
        """Let gas escape and what is above the brim run over."""
        self.content[self.layout.volumes.start] = 0.0
        present_ml = self.volume_ml()
        if present_ml > self.capacity_ml:
            spilled = self.content * ((present_ml - self.capacity_ml) / present_ml)
            self.spilled += spilled
            self.content = self.content - spilled

    def _regime(self, t_s: float) -> Regime:
        return next((r for r in reversed(self.regimes) if r.t_s <= t_s), self.regimes[0])


def _mixing(rpm: float | None) -> float:
    """Return the rate factor of a stirring speed; a vessel nothing stirs is taken as mixed by the filling."""
    if rpm is None or rpm >= MIXED_RPM:
        return 1.0
    return STILL_RATE_FACTOR + (1.0 - STILL_RATE_FACTOR) * rpm / MIXED_RPM


def _pieces(temperature_c: Callable[[float], float], start_s: float, end_s: float) -> int:
    """Return into how many equal parts a span must be cut for each to have one temperature."""
    middle_c = temperature_c((start_s + end_s) / 2.0)
    swing = max(abs(temperature_c(start_s) - middle_c), abs(temperature_c(end_s) - middle_c))
    return 1 if swing <= STEP_K else max(1, min(int((end_s - start_s) / STEP_S), int(swing / STEP_K)))
