"""The carousel driver on the simulated board when things go wrong: no tube breaks, nothing is wrongly called done."""

from collections.abc import Sequence
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.stroke import AnyStroke, HomeSampler, MoveLift, TurnTo
from autosynth.errors import DeviceBusyError, DeviceRefusedError, ExchangeError
from autosynth.testing import Tap
from drivers.grbl_carousel import DRIVER
from drivers.grbl_carousel.device import Carousel
from tests.drivers.grbl_carousel.rig import OPTIONS
from tests.drivers.grbl_carousel.test_conformance import rack
from tests.drivers.simulated import NAME, SimulatedRig

ROUND: Sequence[AnyStroke] = (TurnTo("12"), MoveLift(True), MoveLift(False), TurnTo("24"), TurnTo("1"))


def rig_with(*faults: str, seed: int = 7, **options: Any) -> SimulatedRig:
    """Return a rig of a full carousel with faults."""
    specs = [f"{NAME}:{each}" for each in faults]
    return SimulatedRig(DRIVER, {**OPTIONS, **options}, bench=rack(), faults=specs, seed=seed)


def truth(rig: SimulatedRig) -> Any:
    return rig.bench.truth()["devices"][NAME]


async def insist(carousel: Carousel, stroke: AnyStroke) -> None:
    """Make a stroke, settling and homing as an engine would, until the sampler says that it is made."""
    for _ in range(8):
        try:
            before = await carousel.read_state()
            if before["trusted"] is False and not isinstance(stroke, HomeSampler):
                await carousel.home_sampler()
                before = await carousel.read_state()
            intent = Intent(NAME, stroke, before, carousel.expect(before, stroke))
            try:
                await stroke.on(carousel)  # type: ignore[arg-type]
            except ExchangeError:
                if (await carousel.reconcile(intent)).verdict is Verdict.DONE:
                    return
            else:
                return
        except ExchangeError:
            continue
    pytest.fail(f"{stroke} is never made")


@pytest.mark.parametrize(
    "spec",
    [
        "drop_reply@p=0.2",
        "duplicate_reply@p=0.5",
        "corrupt_reply@p=0.1",
        "truncate_reply@p=0.1",
        "late_reply@p=0.2,by=1.5",
        "silent@t=5,for=3",
        "homing_lost@t=5",
        "power_cycle@t=5",
        "power_cycle@t=9",
    ],
)
def test_strokes_end_where_they_should_whatever_becomes_of_answers_and_power(spec: str) -> None:
    """And the true place is the one that is said."""

    async def main() -> None:
        rig = rig_with(spec)
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await insist(carousel, HomeSampler())
            for stroke in ROUND:
                await insist(carousel, stroke)
                found = truth(rig)
                assert found["broken_tubes"] == []
                match stroke:
                    case TurnTo(port):
                        assert found["port"] == port
                    case _:
                        assert (found["inserted"] is not None) == (stroke == MoveLift(True))

    run_virtual(main())


def test_a_missing_tube_is_not_put_in() -> None:
    """It is named by its position."""

    async def main() -> None:
        rig = rig_with("tube_missing@t=0,position=24")
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await carousel.home_sampler()
            await carousel.turn_to("12")
            with pytest.raises(DeviceRefusedError, match="position 24"):
                await carousel.move_lift(True)
            assert truth(rig)["z"] == 0.0

    run_virtual(main())


def test_lost_steps_are_not_seen_before_the_next_homing() -> None:
    """There is no feedback: this is what the documents warn of."""

    async def main() -> None:
        rig = rig_with("stall@t=5")
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await carousel.home_sampler()
            assert (await carousel.turn_to("12")).state["port"] == "12"
            assert truth(rig)["port"] != "12"
            await carousel.home_sampler()
            assert (await carousel.turn_to("12")).state["port"] == truth(rig)["port"] == "12"

    run_virtual(main())


def test_a_board_that_never_stands_is_busy() -> None:
    """Within one and a half times of what it takes."""

    async def main() -> None:
        rig = rig_with("busy_forever@t=5")
        async with rig.connect(Tap()) as carousel:
            await carousel.connect()
            await carousel.home_sampler()
            with pytest.raises(DeviceBusyError, match="says Run"):
                await carousel.turn_to("12")
            assert rig.clock.now() < 30.0

    run_virtual(main())


def test_a_board_that_resets_when_opened_is_locked_for_each_host() -> None:
    """And each host homes it."""

    async def main() -> None:
        rig = rig_with(resets_on_open=True)
        for _ in range(2):
            async with rig.connect(Tap()) as carousel:
                await carousel.connect()
                assert (await carousel.read_state())["trusted"] is False
                await carousel.home_sampler()
                assert (await carousel.turn_to("7")).state["port"] == truth(rig)["port"] == "7"

    run_virtual(main())
