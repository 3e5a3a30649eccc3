"""The verbs of jars: powder in, weights, lids, washing, the oven. Milling is in `milling`."""

from autosynth.contracts.stroke_solid import DosePowder, Weigh
from autosynth.contracts.weighing import Balance, Doser
from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.jarplaces import LID_S, PLACE_S, jar_spec, place
from autosynth.engine.milling import grind, grind_details, wet, wet_details
from autosynth.engine.verbs_closed import autoclave, autoclave_details
from autosynth.engine.workshop import Details, Verb, Workshop
from autosynth.plan.amounts import powder_dose, powder_moles, species_of
from autosynth.plan.rulebook import standing_rules
from autosynth.recipe import steps
from autosynth.recipe.steps import StepBase
from autosynth.station.model import PowderSpec

POWDER_S = 180.0
"""What weighing in by hand likely takes [assumed]."""


def _dose_details(shop: Workshop, step: steps.Dose) -> Details:
    plan, inventory, number = shop.plan, shop.history.inventory, shop.values.number
    wanted = powder_dose(step, plan, lambda vessel, species: inventory.amount(vessel, species)[0], number)
    powder = plan.station.powders[wanted.lot]
    return {
        "reagent": plan.reagent(step.reagent),
        "species": species_of(plan, step.reagent),
        "powder": wanted.lot,
        "lot": powder.lot,
        "vessel": plan.vessel(step.to),
        "mass_mg": wanted.mass_mg,
        "asked": wanted.asked,
        "tolerance_frac": number(step.tolerance).value,
        "mol_per_mg": powder_moles(step, plan),
        "purity_rel_sd": powder.purity_sd_frac / powder.purity_frac,
    }


async def _dose(shop: Workshop, step: steps.Dose, record: ActionRecord) -> Details:
    """Weigh powder in with the head, or by hand, and hold when what was weighed is not what was asked for."""
    asked = record.details
    vessel, powder = str(asked["vessel"]), str(asked["powder"])
    jar, head = jar_spec(shop, vessel), shop.plan.station.powders[powder].head
    if jar.dosed_by is not None:
        await place(shop, record, vessel, jar.dosed_by)
    device = shop.devices.get(jar.dosed_by or "")
    if isinstance(device, Doser) and head:
        await _by_head(shop, record, str(jar.dosed_by), device)
    else:
        task = {"do": "charge", "vessel": vessel, "powder": powder, "mass_mg": asked["mass_mg"]}
        prompt = f"weigh {asked['mass_mg']:.1f} mg of {powder} (lot {asked['lot'] or 'unknown'}) into {vessel}"
        await shop.hands.weigh_in(record, "weighed", task, f"{prompt} and enter the mass", POWDER_S)
    await _judge(shop, record)
    return {"mass_mg": record.dosed_mg, "asked_mg": asked["mass_mg"]}


async def _by_head(shop: Workshop, record: ActionRecord, name: str, device: Doser) -> None:
    asked = record.details
    powder = shop.plan.station.powders[str(asked["powder"])]
    tolerance = float(asked["tolerance_frac"])
    least_mg: float = device.dose_min_mg

    await _mounted(shop, record, name, powder)

    def missing_mg() -> float:
        return float(asked["mass_mg"]) - record.dosed_mg

    def attempt() -> DosePowder:
        return DosePowder(missing_mg(), tolerance)

    def enough() -> bool:
        return missing_mg() <= tolerance * float(asked["mass_mg"]) or missing_mg() < least_mg

    while not enough() and not await shop.accounting.stroke(record.action, "dose", name, attempt, enough):
        pass


async def _mounted(shop: Workshop, record: ActionRecord, name: str, powder: PowderSpec) -> None:
    """Have a powder's head mounted, and go by what the head says of itself."""
    while True:
        await shop.accounting.observe(record.action, name)
        found = str(shop.history.device_states[name].get("head") or "")
        if powder.head in found.split(" / "):
            return
        asked = sum(phase.startswith("head") for phase in record.marks)
        task = {"do": "head", "device": name, "vessel": record.details["vessel"], "powder": powder.name}
        still = f": it still reports {found or 'no head'}" if asked else ""
        prompt = f"mount the head {powder.head} of {powder.name} on {name}{still}"
        await shop.hands.do(record, f"head{asked + 1}", task, prompt, PLACE_S)


async def _judge(shop: Workshop, record: ActionRecord) -> None:
    """Hold once when a dose is off by more than was allowed: whoever restarts accepts it."""
    asked, got_mg = record.details, record.dosed_mg
    off = abs(got_mg - asked["mass_mg"])
    if off <= float(asked["tolerance_frac"]) * asked["mass_mg"] * (1 + 1e-6) or "accepted" in record.marks:
        return
    reason = f"{got_mg:.2f} mg of {asked['powder']} were weighed in, {asked['mass_mg']:.2f} mg were asked for"
    shop.recorder.record("deviation", {"what": "dose off", "vessel": asked["vessel"], "reason": reason}, record.action)
    shop.recorder.record("action.phase", {"phase": "accepted"}, record.action)
    shop.control.hold(f"{record.action}: {reason}; a restart accepts it")
    await shop.control.pass_gate()


def _of_jar(shop: Workshop, step: steps.Vent | steps.Open | steps.Close) -> Details:
    return {"vessel": shop.plan.vessel(step.vessel)}


def _weigh_details(shop: Workshop, step: steps.Weigh) -> Details:
    return {"vessel": shop.plan.vessel(step.vessel), "as": step.as_}


async def _weigh(shop: Workshop, step: steps.Weigh, record: ActionRecord) -> Details:
    """Weigh a jar and record what is in it: its weight less that of the empty jar."""
    vessel = str(record.details["vessel"])
    jar = jar_spec(shop, vessel)
    if jar.dosed_by is None or not isinstance(shop.devices.get(jar.dosed_by), Balance):
        shop.control.hold(f"{record.action}: nothing weighs {vessel}; give its jar dosed_by: a balance")
        await shop.control.pass_gate()
        return {}
    await place(shop, record, vessel, jar.dosed_by)
    while not await shop.accounting.stroke(record.action, "weigh", jar.dosed_by, Weigh()):
        pass
    while record.weighed is None:
        shop.control.hold(f"{record.action}: {jar.dosed_by} has told no weight of {vessel}: weigh it again, restart")
        await shop.control.pass_gate()
        await shop.accounting.stroke(record.action, "weigh", jar.dosed_by, Weigh())
    gross_mg, sd_mg = record.weighed
    mass_mg = gross_mg - jar.empty_mg
    found = {"mass": {"value": 1e-3 * mass_mg, "sd": 1e-3 * sd_mg, "unit": "g"}}
    head = {"as": record.details["as"], "technique": "weighing", "cell": jar.dosed_by, "source": vessel}
    shop.recorder.record("measured", {**head, "quantities": found, "flags": [], "files": []}, record.action)
    return {"mass_mg": mass_mg}


async def _vent(shop: Workshop, step: steps.Vent, record: ActionRecord) -> Details:
    vessel = str(record.details["vessel"])
    lost = _vapour_ml(shop, vessel)
    task = {"do": "vent", "vessel": vessel}
    prompt = f"vent {vessel} slowly, through the filter, into the extraction"
    await shop.hands.do(record, "vented", task, prompt, LID_S, {"lost_ml": lost})
    return {"lost_ml": sum(lost.values())}


def _vapour_ml(shop: Workshop, vessel: str) -> dict[str, float]:
    """Return the liquid that leaves as vapour when a jar is vented: what the space over its content holds of it."""
    station, inventory = shop.plan.station, shop.history.inventory
    spec, jar, content = station.vessels[vessel], jar_spec(shop, vessel), inventory.content(vessel)
    solids = inventory.solids.jars[vessel].solids
    bulk_ml = sum(1e-3 * mass.mg / station.powders[lot].bulk_g_ml for lot, mass in solids.items())
    space_ml = max(spec.capacity_ml - jar.balls.count * jar.balls.volume_ml - bulk_ml, 0.0)
    known = standing_rules().solvents
    vapours = {name: known[name].vapour_ml(space_ml) for name in content.volumes_ml if name in known}
    return {name: min(ml, content.volumes_ml[name]) for name, ml in vapours.items() if ml > 0}


async def _open(shop: Workshop, step: steps.Open, record: ActionRecord) -> Details:
    vessel = str(record.details["vessel"])
    await shop.hands.do(record, "opened", {"do": "open", "vessel": vessel}, f"open {vessel}", LID_S)
    return {}


async def _close(shop: Workshop, step: steps.Close, record: ActionRecord) -> Details:
    vessel = str(record.details["vessel"])
    await shop.hands.do(record, "closed", {"do": "close", "vessel": vessel}, f"close {vessel}", LID_S)
    return {}


def _wash_details(shop: Workshop, step: steps.Wash) -> Details:
    number = shop.values.number
    return {
        "vessel": shop.plan.vessel(step.vessel),
        "with": step.with_,
        "volume_ml": number(step.volume).value,
        "times": step.times,
        "likely_s": number(step.likely).value,
    }


async def _wash(shop: Workshop, step: steps.Wash, record: ActionRecord) -> Details:
    asked = record.details
    vessel, solvent, times = asked["vessel"], asked["with"], int(asked["times"])
    task = {"do": "wash", "vessel": vessel, "solvent": solvent, "volume_ml": asked["volume_ml"], "times": times}
    prompt = (
        f"wash {vessel} {times} times with {asked['volume_ml']:g} mL of {solvent}, spin down and take the liquid off"
    )
    await shop.hands.do(record, "washed", task, prompt, times * float(asked["likely_s"]))
    return {}


def _spin_details(shop: Workshop, step: steps.Centrifuge) -> Details:
    return {"vessel": shop.plan.vessel(step.vessel), "wait_s": shop.values.number(step.for_).value}


async def _spin(shop: Workshop, step: steps.Centrifuge, record: ActionRecord) -> Details:
    vessel, seconds = str(record.details["vessel"]), float(record.details["wait_s"])
    task = {"do": "wash", "vessel": vessel, "solvent": "", "volume_ml": 0.0, "times": 1}
    prompt = f"spin {vessel} down for {seconds / 60:.0f} min and take the liquid off"
    await shop.hands.do(record, "spun", task, prompt, seconds + 300.0)
    return {}


def _activate_details(shop: Workshop, step: steps.Activate) -> Details:
    number = shop.values.number
    return {
        "vessel": shop.plan.vessel(step.vessel),
        "temperature_c": number(step.to).value,
        "ramp_k_min": number(step.ramp).value,
        "hold_s": number(step.hold).value,
        "atmosphere": step.atmosphere,
        "in": step.in_,
    }


async def _activate(shop: Workshop, step: steps.Activate, record: ActionRecord) -> Details:
    asked = record.details
    vessel, target_c, hold_s = str(asked["vessel"]), float(asked["temperature_c"]), float(asked["hold_s"])
    warm_s = 60.0 * abs(target_c - shop.plan.station.ambient_c) / float(asked["ramp_k_min"])
    task = {"do": "activate", "vessel": vessel, "temperature_c": target_c, "time_s": hold_s}
    dish = asked.get("in") == "dish"
    what = f"put the powder of {vessel} into a dish, heat it" if dish else f"heat {vessel}"
    prompt = (
        f"{what} to {target_c:g} °C in {asked['atmosphere']}, by {asked['ramp_k_min']:g} K/min, "
        f"hold it for {hold_s / 3600:.1f} h and let it cool{', then put it back' if dish else ''}"
    )
    await shop.hands.do(record, "activated", task, prompt, hold_s + 2.0 * warm_s)
    return {}


SOLID_VERBS: dict[type[StepBase], Verb] = {
    steps.Dose: Verb(_dose_details, _dose),
    steps.Weigh: Verb(_weigh_details, _weigh),
    steps.Wet: Verb(wet_details, wet),
    steps.Grind: Verb(grind_details, grind),
    steps.Vent: Verb(_of_jar, _vent),
    steps.Open: Verb(_of_jar, _open),
    steps.Close: Verb(_of_jar, _close),
    steps.Wash: Verb(_wash_details, _wash),
    steps.Centrifuge: Verb(_spin_details, _spin),
    steps.Activate: Verb(_activate_details, _activate),
    steps.Autoclave: Verb(autoclave_details, autoclave),
}
