"""The conformance kits find what is wrong: each broken driver here breaks one promise."""

import dataclasses
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverEntry
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import NoReplyError
from autosynth.testing import NonConformanceError, check_pump, check_stirrer, check_thermostat, check_valve
from drivers.ika_ret import DRIVER as IKA_RET
from drivers.ika_ret.device import IkaHotplate
from drivers.runze_sv06 import DRIVER as RUNZE_SV06
from drivers.runze_sv06.device import RunzeValve
from drivers.tecan_cavro import DRIVER as TECAN_CAVRO
from drivers.tecan_cavro.device import CavroPump
from tests.drivers.ika_ret.test_conformance import VESSELS
from tests.drivers.simulated import SimulatedRig, plumbing


class WrongSign(CavroPump):
    """Counts what went in as what came out."""

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        outcome = await super().move_plunger(to_ml, rate_ml_min)
        return dataclasses.replace(outcome, moved_ml=-outcome.moved_ml)


class Sure(CavroPump):
    """Claims no uncertainty."""

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        return dataclasses.replace(await super().move_plunger(to_ml, rate_ml_min), moved_sd_ml=0.0)


class Optimist(CavroPump):
    """Believes that every intent was carried out."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.DONE)


class Forgetful(CavroPump):
    """Trusts an axis that was terminated."""

    async def read_state(self) -> State:
        state = await super().read_state()
        return {**state, "trusted": state["initialised"]}


class Mute(CavroPump):
    """Takes silence for an answer."""

    async def read_state(self) -> State:
        try:
            return await super().read_state()
        except NoReplyError:
            return {"plunger_ml": 0.0, "port": "1"}


class Mover(CavroPump):
    """Initialises when it connects."""

    async def connect(self) -> Identity:
        identity = await super().connect()
        await self.home_plunger()
        return identity


class Careless(CavroPump):
    """Clamps what it cannot do."""

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        return await super().move_plunger(min(max(to_ml, 0.0), self.syringe_ml), rate_ml_min)


class Hasty(CavroPump):
    """Takes the next speed above."""

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        above = self.rate_step_ml_min if self.rate_min_ml_min < rate_ml_min < self.rate_max_ml_min / 2 else 0.0
        return await super().move_plunger(to_ml, rate_ml_min + above)


class Permissive(CavroPump):
    """Plans what it then refuses."""

    def expect(self, state: State, stroke: AnyStroke) -> State:
        return state


class Assuming(RunzeValve):
    """Does not ask where it is after a turn that nobody answered."""

    async def turn_to(self, port: str) -> Outcome:
        try:
            return await super().turn_to(port)
        except NoReplyError:
            return Outcome({"port": port, "ready": True, "error": 0})


class HotForever(IkaHotplate):
    """Goes on heating when it is made safe."""

    async def make_safe(self) -> None:
        await self.read_temperature()


class Backwards(IkaHotplate):
    """Stirs for ever."""

    async def set_speed(self, speed_rpm: float) -> Outcome:
        return await super().set_speed(speed_rpm or 100.0)


def rig(entry: DriverEntry, broken: Any, options: dict[str, Any], **more: Any) -> Callable[..., SimulatedRig]:
    """Return a rig's maker whose driver is the broken one."""
    return partial(SimulatedRig, dataclasses.replace(entry, build=broken), options, **more)


@pytest.mark.parametrize(
    ("device", "promise"),
    [
        (WrongSign, "positive out of the syringe"),
        (Sure, "has its uncertainty"),
        (Optimist, "was not started"),
        (Forgetful, "not trusted"),
        (Mute, "silent device is a NoReplyError"),
        (Mover, "connecting changes nothing"),
        (Careless, "is refused"),
        (Hasty, "never faster than asked"),
        (Permissive, "leaves the state expected|reports the state expected|is refused when"),
    ],
)
def test_a_broken_pump_is_found(device: type, promise: str) -> None:
    """And the message is the promise that it breaks."""
    with pytest.raises(NonConformanceError, match=promise):
        run_virtual(check_pump(rig(TECAN_CAVRO, device, {"syringe": "1 mL"}, bench=plumbing(9))))


@pytest.mark.parametrize(
    ("check", "device", "promise"),
    [
        (check_thermostat, HotForever, "controls no temperature"),
        (check_stirrer, Backwards, "state expected"),
    ],
)
def test_a_broken_hotplate_is_found(
    check: Callable[..., Coroutine[Any, Any, None]], device: type, promise: str
) -> None:
    """Heating on is the worst of them."""
    make = rig(IKA_RET, device, {}, bench={"vessels": VESSELS}, device={"vessel": "flask"})
    with pytest.raises(NonConformanceError, match=promise):
        run_virtual(check(make))


def test_a_broken_valve_is_found() -> None:
    """A valve that assumes its position is found out by silence."""
    with pytest.raises(NonConformanceError, match="silent device is a NoReplyError"):
        run_virtual(check_valve(rig(RUNZE_SV06, Assuming, {"ports": 6})))
