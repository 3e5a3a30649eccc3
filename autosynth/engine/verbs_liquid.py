"""The verbs that move liquid: add, transfer, sample, clean."""

from autosynth.engine.actionrecord import ActionRecord, Moved
from autosynth.engine.workshop import Details, Verb, Workshop
from autosynth.language.expression import Expression
from autosynth.plan.amounts import dose, species_of
from autosynth.recipe.steps import Add, Clean, Sample, StepBase, Transfer


def _rate(shop: Workshop, rate: Expression | None) -> float:
    return shop.plan.station.draw_rate_ml_min if rate is None else shop.values.number(rate).value


def _add_details(shop: Workshop, step: Add) -> Details:
    plan, inventory = shop.plan, shop.history.inventory
    wanted = dose(step, plan, lambda vessel, species: inventory.amount(vessel, species)[0], shop.values.number)
    return {
        "reagent": plan.reagent(step.reagent),
        "species": species_of(plan, step.reagent),
        "stock": plan.stock(step.reagent),
        "vessel": plan.vessel(step.to),
        "volume_ml": wanted.volume_ml,
        "asked": wanted.asked,
        "amount": wanted.amount,
        "amount_unit": wanted.unit,
        "rate_ml_min": _rate(shop, step.rate),
    }


async def _add(shop: Workshop, step: Add, record: ActionRecord) -> Details:
    asked = record.details
    stock, vessel = str(asked["stock"]), str(asked["vessel"])
    handler = shop.handler(stock, vessel)
    await shop.tubes.before_dosing(record.action, vessel)
    await handler.dose(record.action, stock, vessel, float(asked["volume_ml"]), float(asked["rate_ml_min"]))
    moved = record.moved.get("dispense", Moved())  # equivalents of an empty vessel are no dose
    return {"volume_ml": moved.volume_ml, "sd_ml": moved.sd_ml}


def _transfer_details(shop: Workshop, step: Transfer | Sample) -> Details:
    source, target = shop.plan.vessel(step.from_), shop.plan.vessel(step.to)
    if isinstance(step.volume, str):
        volume_ml = shop.history.inventory.volume_ml(source)
    else:
        volume_ml = shop.values.number(step.volume).value
    rate = _rate(shop, step.rate if isinstance(step, Transfer) else None)
    return {"source": source, "vessel": target, "volume_ml": volume_ml, "rate_ml_min": rate}


async def _transfer(shop: Workshop, step: Transfer | Sample, record: ActionRecord) -> Details:
    asked = record.details
    source, vessel = str(asked["source"]), str(asked["vessel"])
    handler = shop.handler(source, vessel)
    await shop.tubes.before_dosing(record.action, vessel)
    volume_ml, rate_ml_min = float(asked["volume_ml"]), float(asked["rate_ml_min"])
    if isinstance(step.volume, str):
        return {"volume_ml": await handler.empty(record.action, source, vessel, rate_ml_min)}
    await handler.transfer(record.action, source, vessel, volume_ml, rate_ml_min)
    return {"volume_ml": record.cycled_ml}


def _clean_details(shop: Workshop, step: Clean) -> Details:
    plan = shop.plan
    place = {"vessel": plan.vessel(step.vessel)} if step.vessel else {"line": step.line}
    return {
        **place,
        "stock": plan.stock(step.with_),
        "volume_ml": shop.values.number(step.volume).value,
        "times": step.times,
    }


async def _clean(shop: Workshop, step: Clean, record: ActionRecord) -> Details:
    asked = record.details
    stock, volume_ml, times = str(asked["stock"]), float(asked["volume_ml"]), int(asked["times"])
    if "vessel" in asked:
        await shop.measuring.wash(record.action, str(asked["vessel"]), stock, volume_ml, times)
    else:
        await shop.handler(stock).flush(record.action, str(asked["line"]), stock, volume_ml, times)
    return {}


LIQUID_VERBS: dict[type[StepBase], Verb] = {
    Add: Verb(_add_details, _add),
    Transfer: Verb(_transfer_details, _transfer),
    Sample: Verb(_transfer_details, _transfer),
    Clean: Verb(_clean_details, _clean),
}
