"""Heating a solid with solvent in a closed vessel: poured in, closed, into the oven, and out again when it is cold.

Hands do it, the engine waits for the oven's programme. Two numbers are entered, because nothing here tells them: what
was poured, within what the check has proven, and how warm the vessel is when it comes out.
"""

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.jarplaces import LID_S, PLACE_S, place
from autosynth.engine.operator import Question
from autosynth.engine.workshop import Details, Workshop
from autosynth.plan.leaves_closed import POUR_MARGIN
from autosynth.recipe.steps import Autoclave
from autosynth.station.solids import BENCH

POUR_S, COOL_S = 120.0, 1800.0
"""What pouring likely takes, and how long one that is too warm is left before it is felt again [assumed]."""
COLD_C = 30.0
"""An autoclave is taken for cold up to this: the temperature up to which jars are opened [assumed]."""
COLDEST_C, BEYOND_K = -20.0, 30.0
"""What can have been meant by a temperature that somebody enters: from this on, to so much above the oven's."""


def autoclave_details(shop: Workshop, step: Autoclave) -> Details:
    """Resolve the arguments of a solvothermal step."""
    number = shop.values.number
    return {
        "vessel": shop.plan.vessel(step.vessel),
        "reagent": shop.plan.reagent(step.liquid),
        "stock": shop.plan.stock(step.liquid),
        "volume_ml": number(step.volume).value,
        "temperature_c": number(step.to).value,
        "ramp_k_min": number(step.ramp).value,
        "hold_s": number(step.hold).value,
        "cooling_s": number(step.cooling).value,
    }


async def autoclave(shop: Workshop, step: Autoclave, record: ActionRecord) -> Details:
    """Have it poured, closed, heated and taken out cold; what was done before a hold or a crash counts.

    Raises:
        RunEndedError: the run was stopped.
    """
    asked, vessel = record.details, str(record.details["vessel"])
    if "poured" not in record.marks:
        await place(shop, record, vessel, BENCH)
    await _poured(shop, record)
    await shop.hands.do(record, "closed", {"do": "close", "vessel": vessel}, f"close {vessel} tightly", LID_S)
    heat = {name: asked[name] for name in ("temperature_c", "ramp_k_min")}
    task = {"do": "oven", "vessel": vessel, **heat, "time_s": asked["hold_s"]}
    prompt = (
        f"put {vessel} into the oven: to {asked['temperature_c']:g} °C by {asked['ramp_k_min']:g} K/min, "
        f"{asked['hold_s'] / 3600:.3g} h there, then let it cool; say when it has begun"
    )
    await shop.hands.do(record, "heated", task, prompt, PLACE_S)
    heated = (each for each in shop.history.handled if (each["action"], each["phase"]) == (record.action, "heated"))
    began_s = float(next(heated)["t_s"])
    warm_s = 60.0 * max(float(asked["temperature_c"]) - shop.plan.station.ambient_c, 0.0) / float(asked["ramp_k_min"])
    await shop.clock.sleep(began_s + warm_s + asked["hold_s"] + asked["cooling_s"] - shop.clock.now())
    out_c = await _taken_out(shop, record)
    return {"volume_ml": float(record.marks["poured"]["volume_ml"]), "out_c": out_c}


async def _poured(shop: Workshop, record: ActionRecord) -> None:
    """Have the liquid poured in; what is entered lies within what the check has proven to be safe."""
    asked = record.details
    wanted_ml = float(asked["volume_ml"])
    task = {"do": "pour", "vessel": asked["vessel"], "source": asked["stock"], "volume_ml": wanted_ml}
    prompt = (
        f"pour {wanted_ml:.2f} mL of {asked['reagent']} ({asked['stock']}) into {asked['vessel']}, enter the volume"
    )
    low_ml, high_ml = wanted_ml * (1.0 - POUR_MARGIN), wanted_ml * (1.0 + POUR_MARGIN)
    question = Question(record.action, prompt, POUR_S, "volume", "mL", low_ml, high_ml)
    await shop.hands.enter(record, "poured", task, question, "volume_ml")


async def _taken_out(shop: Workshop, record: ActionRecord) -> float:
    """Have it taken out and felt, again as long as it is too warm to be opened; return its temperature in °C."""
    asked, vessel, times = record.details, str(record.details["vessel"]), 1
    high_c = float(asked["temperature_c"]) + BEYOND_K
    while True:
        phase, task = f"out{times}", {"do": "unload", "vessel": vessel}
        prompt = f"take {vessel} out of the oven, keep it closed, measure its temperature and enter it"
        likely_s = PLACE_S if times == 1 else COOL_S
        question = Question(record.action, prompt, likely_s, "temperature", "°C", COLDEST_C, high_c)
        told = await shop.hands.enter(record, phase, task, question, "temperature_c")
        out_c = float(told["temperature_c"])
        if out_c <= COLD_C:
            return out_c
        if f"warm{times}" not in record.marks:
            reason = f"{vessel} is still at {out_c:.1f} °C, above {COLD_C:g} °C: leave it closed"
            told_of = {"what": "autoclave warm", "vessel": vessel, "reason": reason}
            shop.recorder.record("deviation", told_of, record.action)
            shop.recorder.record("action.phase", {"phase": f"warm{times}"}, record.action)
            shop.control.hold(f"{record.action}: {reason}, let it cool, then restart")
            await shop.control.pass_gate()
        times += 1
