"""What gas-flow controllers must do: take a set-point, say that they did, and never close by being made safe."""

from collections.abc import Sequence

from autosynth.contracts.gas import GasFlow
from autosynth.contracts.stroke import AnyStroke, SetFlow
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, require
from autosynth.testing.tap import Tap

_MEASURED = frozenset({"flow_ml_min"})
_NEAR_FRAC = 0.05
"""So near to its set-point, of full scale, a flow is there."""


async def check_gas_flow(make: MakeRig[GasFlow]) -> None:
    """Check all that a GasFlow promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, lambda controller: (SetFlow(0.0),), _flows, _wrong, _MEASURED)
    await check_kept(make)


async def check_kept(make: MakeRig[GasFlow]) -> None:
    """A flow is reached; made safe, and without its host, it goes on."""
    rig = make()
    async with rig.connect(Tap()) as controller:
        await controller.connect()
        wanted = _within(controller, 0.5)
        await controller.set_flow(wanted)
        await rig.clock.sleep(30.0)
        await _require_flow(controller, wanted, "what is set flows")
        await controller.make_safe()
        require((await controller.read_state())["flow_target_ml_min"] == wanted, "made safe, it still sweeps")
    await rig.clock.sleep(3600.0)
    async with rig.connect(Tap()) as controller:
        await controller.connect()
        await _require_flow(controller, wanted, "without its host it goes on")


async def _require_flow(controller: GasFlow, wanted: float, promise: str) -> None:
    flow_ml_min = await controller.read_flow()
    require(abs(flow_ml_min - wanted) <= _NEAR_FRAC * controller.flow_max_ml_min, f"{promise}: {flow_ml_min} mL/min")


def _within(controller: GasFlow, share: float) -> float:
    return float(round(share * controller.flow_max_ml_min, -1))


def _flows(controller: GasFlow) -> Sequence[AnyStroke]:
    return tuple(SetFlow(_within(controller, share)) for share in (0.3, 0.7, 0.0))


def _wrong(controller: GasFlow) -> Sequence[AnyStroke]:
    return (SetFlow(-1.0), SetFlow(1.01 * controller.flow_max_ml_min), SetFlow(float("nan")))
