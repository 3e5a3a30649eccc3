"""What a balance must do: tell a steady mass with its uncertainty, and change nothing in doing so."""

from collections.abc import Sequence

from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import Weigh
from autosynth.contracts.weighing import Balance
from autosynth.testing.device import (
    check_identity,
    check_lost_replies,
    check_noise,
    check_reconnection,
    check_silence,
    check_strokes,
)
from autosynth.testing.rig import MakeRig, require
from autosynth.testing.tap import Tap

MEASURED = frozenset({"mass_mg", "stable"})


async def check_balance(make: MakeRig[Balance]) -> None:
    """Check all that a Balance promises; something within its capacity stands still on its pan.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_identity(make, MEASURED)
    await check_reconnection(make, _nothing, _weigh, MEASURED)
    await check_strokes(make, _nothing, _weigh)
    await check_silence(make, _nothing, _weigh)
    await check_noise(make, _nothing, _weigh)
    await check_lost_replies(make, _nothing, _weigh)
    await check_readings(make)
    await check_new_host(make)


async def check_readings(make: MakeRig[Balance]) -> None:
    """Two readings of the same agree within their uncertainty, are within the capacity, and are the state's."""
    async with make().connect(Tap()) as balance:
        await balance.connect()
        first, second = await balance.weigh(), await balance.weigh()
        require(first.mass_sd_mg > 0.0, "a mass has its uncertainty")
        require(abs(first.mass_mg - second.mass_mg) <= 6.0 * first.mass_sd_mg, f"{first} and {second} agree")
        require(first.mass_mg <= balance.capacity_mg, "a mass is within the capacity")
        require(first.state["stable"] is True, "a reading that is told is stable")
        require(first.state["mass_mg"] == first.mass_mg, "the state has the mass that is told")
        require(first.moved_ml == 0.0, "weighing moves no volume")


async def check_new_host(make: MakeRig[Balance]) -> None:
    """A reading whose host died is made again, never called done; made safe, a balance still weighs."""
    rig = make()
    async with rig.connect(Tap()) as balance:
        await balance.connect()
        before = await balance.read_state()
        intent = Intent(balance.name, Weigh(), before, balance.expect(before, Weigh()))
    async with rig.connect(Tap()) as balance:
        await balance.connect()
        found = await balance.reconcile(intent)
        require(found.verdict is Verdict.NOT_STARTED, f"a reading nobody recorded is made again: {found}")
        require(found.mass_mg == 0.0, "nothing fell")
        await balance.make_safe()
        require((await balance.weigh()).mass_sd_mg > 0.0, "made safe, it weighs")


def _nothing(balance: Balance) -> Sequence[AnyStroke]:
    return ()


def _weigh(balance: Balance) -> Sequence[AnyStroke]:
    return (Weigh(),)
