"""The kits for mills, inputs and sensors find what is wrong: each broken driver here breaks one promise."""

import dataclasses
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.stroke import AnyStroke
from autosynth.errors import NoReplyError
from autosynth.testing import NonConformanceError, check_inputs, check_mill, check_sensor
from drivers.delta_vfd import DRIVER as DELTA_VFD
from drivers.delta_vfd.device import VfdMill
from drivers.modbus_block import DRIVER as MODBUS_BLOCK
from drivers.modbus_block.device import ModbusBlock
from tests.drivers.simulated import SimulatedRig


class Optimist(VfdMill):
    """Believes that every intent was carried out."""

    async def reconcile(self, intent: Intent) -> Reconciliation:
        return dataclasses.replace(await super().reconcile(intent), verdict=Verdict.DONE)


class Careless(VfdMill):
    """Is made safe in words only."""

    async def make_safe(self) -> None:
        await self.feed()


class Hasty(VfdMill):
    """Says that it rests when it was told to."""

    async def stop_mill(self) -> Outcome:
        await self.make_safe()
        return Outcome({**await self.read_state(), "running": False})


class Obliging(VfdMill):
    """Does what it can instead of what it was told."""

    async def start_mill(self, frequency_hz: float) -> Outcome:
        return await super().start_mill(max(min(frequency_hz, self.frequency_max_hz), self.frequency_min_hz))


class Nostalgic(VfdMill):
    """Remembers what it has lost."""

    async def read_state(self) -> State:
        state = await super().read_state()
        return {**state, "remembers": state["remembers"] is not None}


class Impatient(VfdMill):
    """Expects to stand at once."""

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        return 0.1 * super().duration_s(state, stroke)


class Immortal(VfdMill):
    """Promises to stop sooner than it does."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.silence_s = 1.0

    async def connect(self) -> Identity:
        await self.feed()
        return Identity(model="")


class Inventive(ModbusBlock):
    """Knows what a silent block would say."""

    async def read_inputs(self) -> Mapping[str, bool]:
        try:
            return await super().read_inputs()
        except NoReplyError:
            return dict.fromkeys(self.inputs, True)

    async def read_values(self) -> Mapping[str, float]:
        try:
            return await super().read_values()
        except NoReplyError:
            return dict.fromkeys(self.channels, 0.0)


class Reticent(ModbusBlock):
    """Keeps the contacts out of its state."""

    async def read_state(self) -> State:
        await super().read_state()
        return dict.fromkeys(self.inputs)


class Partial(ModbusBlock):
    """Reads the first channel alone."""

    async def read_values(self) -> Mapping[str, float]:
        return dict(list((await super().read_values()).items())[:1])


MILL = partial(SimulatedRig, options={"model": "delta_el", "frequency_max": "35 Hz", "silence": "30 s"})
BLOCK = partial(SimulatedRig, options={})
Check = Callable[..., Coroutine[Any, Any, None]]
BROKEN: list[tuple[Check, Any, Any]] = [
    *(
        (check_mill, MILL, (DELTA_VFD, kind))
        for kind in (Optimist, Careless, Hasty, Obliging, Nostalgic, Impatient, Immortal)
    ),
    *((check_inputs, BLOCK, (MODBUS_BLOCK, kind)) for kind in (Inventive, Reticent)),
    *((check_sensor, BLOCK, (MODBUS_BLOCK, kind)) for kind in (Inventive, Partial)),
]


@pytest.mark.parametrize(
    ("check", "rig", "broken"), BROKEN, ids=[f"{each[0].__name__} {each[2][1].__name__}" for each in BROKEN]
)
def test_a_broken_driver_is_found(check: Check, rig: Any, broken: Any) -> None:
    """The kit says which promise is broken."""
    entry, kind = broken
    with pytest.raises(NonConformanceError):
        run_virtual(check(partial(rig, dataclasses.replace(entry, build=kind))))
