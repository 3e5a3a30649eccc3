"""Where jars stand, and what hands do about it: one jar in one place, closed before it is milled."""

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.workshop import Workshop
from autosynth.station.model import JarSpec
from autosynth.station.solids import BENCH

PLACE_S, LID_S = 60.0, 30.0
"""How long placing a jar and closing it likely take [assumed]."""


def jar_spec(shop: Workshop, vessel: str) -> JarSpec:
    """Return what a jar is; the check has proven that the vessel is one."""
    jar = shop.plan.station.vessels[vessel].jar
    if jar is None:
        raise ValueError(f"{vessel} is no jar")
    return jar


async def place(shop: Workshop, record: ActionRecord, vessel: str, at: str) -> None:
    """Have a jar put where a device can do something with it, and first one that stands there on the bench.

    Raises:
        RunEndedError: the run was stopped.
    """
    jars = shop.history.inventory.solids.jars
    if jars[vessel].at == at:
        return
    standing = [name for name, jar in jars.items() if jar.at == at and at != BENCH]
    for other in standing:
        await _put(shop, record, other, BENCH, f"take {other} out of {at} and put it on the bench")
    if at == BENCH:
        await _put(shop, record, vessel, at, f"put {vessel} on the bench")
        return
    milled = at == jar_spec(shop, vessel).milled_by
    prompt = f"clamp {vessel} into {at} and close the lid" if milled else f"put {vessel} on {at}"
    await _put(shop, record, vessel, at, prompt)


async def _put(shop: Workshop, record: ActionRecord, vessel: str, at: str, prompt: str) -> None:
    moves = sum(phase.startswith("place") for phase in record.marks)
    task = {"do": "place", "vessel": vessel, "at": at}
    await shop.hands.do(record, f"place{moves + 1}", task, prompt, PLACE_S)


async def into_mill(shop: Workshop, record: ActionRecord, vessel: str, mill: str) -> None:
    """Have a jar closed and clamped.

    Raises:
        RunEndedError: the run was stopped.
    """
    if not shop.history.inventory.solids.jars[vessel].closed:
        task = {"do": "close", "vessel": vessel}
        await shop.hands.do(record, f"closed{record.intents}", task, f"close {vessel}", LID_S)
    await place(shop, record, vessel, mill)
