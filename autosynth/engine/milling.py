"""Milling: the liquid brought up to what is asked, the jar into the mill, blocks with pauses, every second booked.

A mill is watched while it runs: its frequency is read every second, which also feeds its dead-man's switch, and what
it did is the integral of what was read. A hold stops it through the vessel's safe state; what was milled until then is
booked, and a restart mills the rest. After a crash the mill has run at least until the last beat in the journal and at
most until it missed its host: its communication timeout and its ramp later.
"""

import math
from dataclasses import dataclass

from autosynth.contracts.milling import Mill
from autosynth.contracts.stroke_solid import InfuseTo, StartMill, StopMill
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.workshop import Details, Workshop
from autosynth.errors import ExchangeError
from autosynth.plan.mechanics import energy_j_g, time_for_s
from autosynth.recipe.steps import Grind, Wet
from autosynth.station.model import JarSpec

LOOK_S = 1.0
"""How often a running mill is looked at."""
BEAT_S = 10.0
"""How often the journal is told that it runs."""
DONE_S = 1.0
"""A rest of milling shorter than this is none."""
SLOW = 0.5
"""A mill below this part of its frequency, past its ramp, has stopped by itself."""
SILENT = 3
"""So many readings in a row that fail make a mill silent."""
PLACE_S, LID_S = 60.0, 30.0
"""How long clamping a jar and closing it likely take [assumed]."""


def grind_details(shop: Workshop, step: Grind) -> Details:
    """Resolve a milling's arguments: the liquid from what was really weighed in, the time from an energy if need be."""
    number, vessel = shop.values.number, shop.plan.vessel(step.vessel)
    jar, frequency_hz = _jar(shop, vessel), number(step.frequency).value
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
    milling = _Milling(shop, record, _jar(shop, vessel))
    await milling.book_what_was_left()
    await _into_mill(shop, record, vessel, str(asked["mill"]))
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


def _jar(shop: Workshop, vessel: str) -> JarSpec:
    jar = shop.plan.station.vessels[vessel].jar
    if jar is None:
        raise ValueError(f"{vessel} is no jar")
    return jar


async def _into_mill(shop: Workshop, record: ActionRecord, vessel: str, mill: str) -> None:
    if not shop.history.inventory.solids.jars[vessel].closed:
        task = {"do": "close", "vessel": vessel}
        await shop.hands.do(record, f"closed{record.intents}", task, f"close {vessel}", LID_S)
    if shop.history.inventory.solids.jars[vessel].at != mill:
        task = {"do": "place", "vessel": vessel, "at": mill}
        prompt = f"clamp {vessel} into {mill} and close the lid"
        await shop.hands.do(record, f"clamped{record.intents}", task, prompt, PLACE_S)


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
        counted_ml = float(shop.history.device_states[pump].get("infused_ml") or 0.0)
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
        return self.jar.milled_by

    @property
    def _mill(self) -> Mill:
        return self.shop.devices[self._name]  # type: ignore[return-value]

    async def book_what_was_left(self) -> None:
        """Book what a mill did that was running, or may have been, when its host died or the run was held."""
        left = self.shop.history.milling.get(self._name)
        if left is None:
            return
        mill, most_s = self._mill, float(self.record.details["milled_s"]) - self.record.milled_s
        unseen_s = min(mill.silence_s, self.shop.plan.station.host_death.time_s) + mill.ramp_s
        low_s = float(left.get("ran_s", 0.0))
        since_s, beat_s, stopped_s = left.get("since_s"), left.get("beat_s"), left.get("stopped_s")
        if stopped_s is not None and since_s is not None:
            low_s = high_s = max(stopped_s - since_s - mill.ramp_s / 2.0, 0.0)
        else:
            high_s = low_s + (BEAT_S if beat_s else 0.0) + unseen_s
        low_s, high_s = min(low_s, most_s), min(high_s, most_s)
        ran_s, sd_s = 0.5 * (low_s + high_s), (high_s - low_s) / math.sqrt(12.0)
        reason = f"{self._name} ran between {low_s:.0f} and {high_s:.0f} s while nobody watched"
        told = {"what": "milled unwatched", "vessel": self.record.details["vessel"], "reason": reason}
        self.shop.recorder.record("deviation", {**told, "low_s": low_s, "high_s": high_s}, self.record.action)
        self._book(ran_s, sd_s)

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
        ran_s = await self._watched(wanted_s, frequency_hz)
        if shop.control.passing:
            await shop.accounting.stroke(record.action, "stop", self._name, StopMill())
        self._book(ran_s, LOOK_S / math.sqrt(12.0))
        await shop.control.pass_gate()
        return float(asked["milled_s"]) - record.milled_s

    async def _watched(self, wanted_s: float, frequency_hz: float) -> float:
        """Look at the running mill until it has run as long as wanted, counted at its own frequency; return how long.

        Ends early when the run is held, when the mill stands by itself or falls silent; the last two hold the run.
        """
        shop, ran_s, beat_s, silent = self.shop, 0.0, 0.0, 0
        last_s = began_s = shop.clock.now()
        while ran_s < wanted_s and shop.control.passing:
            await shop.clock.sleep(min(LOOK_S, max(wanted_s - ran_s, 0.05)))
            now_s = shop.clock.now()
            try:
                seen_hz = await self._mill.read_frequency()
            except ExchangeError as error:
                silent += 1
                if silent >= SILENT:
                    shop.accounting.failed(None, self.record.action, error)
                    shop.control.hold(f"{self._name} is silent while it mills: {error}")
                continue
            silent = 0
            ran_s += (now_s - last_s) * min(seen_hz / frequency_hz, 1.0)
            last_s = now_s
            if now_s - began_s > 2.0 * self._mill.ramp_s + LOOK_S and seen_hz < SLOW * frequency_hz:
                reason = f"{self._name} stands still ({seen_hz:.1f} Hz): look at the drive, its lid and its fault"
                shop.control.hold(reason)
            if now_s - began_s - beat_s >= BEAT_S:
                beat_s = now_s - began_s
                shop.recorder.record("beat", {"mill": self._name, "ran_s": ran_s}, self.record.action)
        return ran_s

    def _book(self, ran_s: float, sd_s: float) -> None:
        asked = self.record.details
        frequency_hz = float(asked["frequency_hz"])
        energy = energy_j_g(self.jar, frequency_hz, ran_s, float(asked["solid_mg"])) if asked["solid_mg"] > 0 else 0.0
        told = {"mill": self._name, "vessel": asked["vessel"], "frequency_hz": frequency_hz}
        numbers = {"ran_s": ran_s, "sd_s": sd_s, "energy_j_g": energy}
        self.shop.recorder.record("milled", {**told, **numbers}, self.record.action)
