"""Milling: the liquid brought up to what is asked, the jar into the mill, blocks with pauses, every second booked.

A mill is watched while it runs: its frequency is read every second, which also feeds its dead-man's switch. A hold or a
pause stops it through the vessel's safe state; what was milled until it stood is booked, and the rest is milled when
the run goes on. How its time is reckoned, seen and unseen, is in `milltime`.
"""

import math
from contextlib import suppress
from dataclasses import dataclass

from autosynth.contracts.milling import Mill
from autosynth.contracts.stroke_solid import InfuseTo, StartMill, StopMill
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.jarplaces import into_mill, jar_spec
from autosynth.engine.milltime import BEAT_S, LOOK_S, Integral, book_left
from autosynth.engine.unsafe import silent_mill
from autosynth.engine.workshop import Details, Workshop
from autosynth.errors import ExchangeError, JournalError, StateError
from autosynth.plan.mechanics import time_for_s
from autosynth.recipe.steps import Grind, Wet
from autosynth.station.model import JarSpec

DONE_S = 1.0
"""A rest of milling shorter than this is none."""
SLOW = 0.5
"""A mill below this part of its frequency, past its ramp, has stopped by itself."""
SILENT = 3
"""So many readings in a row that fail make a mill silent."""


def grind_details(shop: Workshop, step: Grind) -> Details:
    """Resolve a milling's arguments: the liquid from what was really weighed in, the time from an energy if need be."""
    number, vessel = shop.values.number, shop.plan.vessel(step.vessel)
    jar, frequency_hz = jar_spec(shop, vessel), number(step.frequency).value
    solid_mg = shop.history.inventory.solids.jars[vessel].solid_mg
    if step.for_ is not None:
        milled_s = number(step.for_).value
    else:
        milled_s = time_for_s(jar, frequency_hz, number(step.energy).value, solid_mg) if step.energy else 0.0
    details: Details = {
        "vessel": vessel,
        "mill": jar.milled_by,
        "frequency_hz": frequency_hz,
        "milled_s": milled_s,
        "block_s": number(step.block).value,
        "pause_s": number(step.pause).value,
        "solid_mg": solid_mg,
    }
    return {**details, **_liquid(shop, step, vessel, solid_mg)}


def wet_details(shop: Workshop, step: Wet) -> Details:
    """Resolve a wetting's arguments from what was really weighed in and what liquid is there."""
    vessel = shop.plan.vessel(step.vessel)
    solid_mg = shop.history.inventory.solids.jars[vessel].solid_mg
    return {"vessel": vessel, "solid_mg": solid_mg, **_liquid(shop, step, vessel, solid_mg)}


def _liquid(shop: Workshop, step: Grind | Wet, vessel: str, solid_mg: float) -> Details:
    """Return the liquid that is missing; nothing where none is asked for."""
    if step.liquid is None or step.eta is None:
        return {}
    eta, have = shop.values.number(step.eta).value, shop.history.inventory.content(vessel)
    have_ml, number = have.liquid_ml, shop.values.number
    return {
        "reagent": shop.plan.reagent(step.liquid),
        "stock": shop.plan.stock(step.liquid),
        "eta_ml_g": eta,
        "have_ml": have_ml,
        "have_sd_ml": have.liquid_sd_ml,
        "volume_ml": max(1e-3 * eta * solid_mg - have_ml, 0.0),
        "rate_ml_min": number(step.rate).value if step.rate else shop.plan.station.draw_rate_ml_min,
    }


async def wet(shop: Workshop, step: Wet, record: ActionRecord) -> Details:
    """Push in what liquid is missing; what came in before a hold or a crash counts.

    Raises:
        RunEndedError: the run was stopped.
    """
    if record.details["volume_ml"] > 0:
        await _wet(shop, record)
    moved = record.moved.get("infuse")
    return {"volume_ml": 0.0 if moved is None else moved.volume_ml, "sd_ml": 0.0 if moved is None else moved.sd_ml}


async def grind(shop: Workshop, step: Grind, record: ActionRecord) -> Details:
    """Wet, place, mill in blocks; what was milled before a hold or a crash counts.

    Raises:
        RunEndedError: the run was stopped.
    """
    asked = record.details
    vessel = str(asked["vessel"])
    if asked.get("volume_ml", 0.0) > 0:
        await _wet(shop, record)
    milling = _Milling(shop, record, jar_spec(shop, vessel))
    await shop.control.pass_gate()  # after a crash: the mill has been brought to rest, its last stroke settled
    milling.book()
    await into_mill(shop, record, vessel, str(asked["mill"]))
    while float(asked["milled_s"]) - record.milled_s > DONE_S:
        rest_s = await milling.block()
        if rest_s > DONE_S and shop.control.passing:
            await shop.clock.sleep(float(asked["pause_s"]))
    moved = record.moved.get("infuse")
    return {
        "milled_s": record.milled_s,
        "milled_sd_s": math.sqrt(record.milled_var_s2),
        "energy_j_g": record.energy_j_g,
        "volume_ml": 0.0 if moved is None else moved.volume_ml,
        "sd_ml": 0.0 if moved is None else moved.sd_ml,
    }


async def _wet(shop: Workshop, record: ActionRecord) -> None:
    """Push the liquid that is missing, in strokes that the station allows."""
    asked, plumbing = record.details, shop.plan.plumbing
    way = plumbing.infuser(str(asked["stock"]), str(asked["vessel"]))
    if way is None:
        raise ValueError(f"no syringe of {asked['stock']} leads into {asked['vessel']}")
    pump, station = way.pump, shop.plan.station
    largest_ml = min(float(asked["rate_ml_min"]) * station.max_stroke_s / 60.0, station.host_death.volume_ml)
    least_ml: float = shop.devices[pump].resolution_ml  # type: ignore[attr-defined]
    while (missing_ml := float(asked["volume_ml"]) - record.phase_ml("infuse")) > least_ml:
        await shop.accounting.observe(record.action, pump)
        counted_ml = shop.history.device_states[pump].get("infused_ml")
        if counted_ml is None:
            shop.control.hold(f"{pump} does not tell how much it has pushed: look at it, then restart")
            await shop.control.pass_gate()
            continue
        stroke = InfuseTo(counted_ml + min(missing_ml, largest_ml), float(asked["rate_ml_min"]))
        await shop.accounting.stroke(record.action, "infuse", pump, stroke)


@dataclass(slots=True)
class _Milling:
    """One action's milling."""

    shop: Workshop
    record: ActionRecord
    jar: JarSpec

    @property
    def _name(self) -> str:
        return str(self.record.details["mill"])

    @property
    def _mill(self) -> Mill:
        return self.shop.devices[self._name]  # type: ignore[return-value]

    def book(self) -> None:
        """Book what the mill did that was running, or may have been, and now rests."""
        book_left(self.shop.recorder, self.shop.plan.station, self.shop.devices)

    async def block(self) -> float:
        """Mill one block, or as much of it as nothing interrupts; return how much is left of all.

        Raises:
            RunEndedError: the run was stopped.
        """
        asked, record, shop = self.record.details, self.record, self.shop
        rest_s = float(asked["milled_s"]) - record.milled_s
        wanted_s, frequency_hz = min(rest_s, float(asked["block_s"])), float(asked["frequency_hz"])
        if not await shop.accounting.stroke(record.action, "start", self._name, StartMill(frequency_hz)):
            return rest_s
        await self._watched(wanted_s, Integral(frequency_hz, shop.clock.now()))
        if shop.control.passing:
            await shop.accounting.stroke(record.action, "stop", self._name, StopMill())
        self.book()
        await shop.control.pass_gate()
        return float(asked["milled_s"]) - record.milled_s

    async def _watched(self, wanted_s: float, integral: Integral) -> None:
        """Look at the running mill until it has run as long as wanted with its coming to rest, telling the journal.

        When the run is held, until it rests or has missed its host; a mill that stands by itself or is silent holds it.
        """
        shop, began_s, silent = self.shop, integral.last_s, 0
        beat_s = began_s
        try:
            while not self._over(wanted_s, integral):
                await shop.clock.sleep(self._look_s(wanted_s, integral))
                try:
                    integral.see(shop.clock.now(), seen_hz := await self._mill.read_frequency())
                except ExchangeError as error:
                    silent += 1
                    self._silent(silent, error)
                    continue
                silent = 0
                if seen_hz == 0.0 and not shop.control.passing:
                    self._tell(integral, rests=True)
                    return
                await self._stands(integral.last_s - began_s, seen_hz)
                if integral.last_s - beat_s >= BEAT_S:
                    beat_s = integral.last_s
                    await self._beat(integral)
        finally:
            self._tell(integral)

    def _over(self, wanted_s: float, integral: Integral) -> bool:
        if self.shop.control.passing:
            return integral.ran_s + integral.coast_s(self._mill) >= wanted_s
        return self.shop.clock.now() - integral.last_s > self._mill.silence_s + self._mill.ramp_s

    def _look_s(self, wanted_s: float, integral: Integral) -> float:
        left_s = wanted_s - integral.ran_s - integral.coast_s(self._mill)
        return min(LOOK_S, max(left_s, 0.05)) if self.shop.control.passing else LOOK_S

    def _silent(self, times: int, error: ExchangeError) -> None:
        if times == SILENT:
            error.device = error.device or self._name
            self.shop.accounting.failed(None, self.record.action, error)
            self.shop.control.hold(silent_mill(self._name, runs=True))

    async def _stands(self, for_s: float, seen_hz: float) -> None:
        """Hold when a mill that should have reached its frequency long ago turns far below it, and say why it does."""
        asked_hz = float(self.record.details["frequency_hz"])
        if for_s <= 2.0 * self._mill.ramp_s + LOOK_S or seen_hz >= SLOW * asked_hz or not self.shop.control.passing:
            return
        reason = f"{self._name} slows down by itself ({seen_hz:.1f} Hz, not {asked_hz:g} Hz) and {await self._says()}"
        about = {"what": "mill slowed down", "device": self._name, "vessel": self.record.details["vessel"]}
        self.shop.recorder.record("deviation", {**about, "reason": reason}, self.record.action)
        advice = "look at it, its lid and its power, reset it by hand, then restart"
        self.shop.control.hold(f"{reason}: {advice}")

    async def _says(self) -> str:
        """Return what a mill that has stopped by itself says of it."""
        try:
            state = await self._mill.read_state()
        except ExchangeError as error:
            return f"does not say why: {error.message}"
        if state.get("fault"):
            return f"says {state['fault']}"
        return "has lost its power" if state.get("remembers") is False else "says no fault"

    async def _beat(self, integral: Integral) -> None:
        """Tell the journal, on the disk: without it nobody could say after a crash how long it ran."""
        self._tell(integral)
        try:
            await self.shop.recorder.durable(0.5 * BEAT_S)
        except JournalError as error:
            self.shop.control.hold(f"{self._name} is stopped, the journal cannot be written: {error}")

    def _tell(self, integral: Integral, *, rests: bool = False) -> None:
        told = {"ran_s": integral.ran_s, "sd_s": math.sqrt(integral.var_s2), **({"rests": True} if rests else {})}
        with suppress(StateError):  # a journal that is closed has its beats so far
            self.shop.recorder.record("beat", {"mill": self._name, **told}, self.record.action)
