"""What the drivers of balance and dosing head do when things go wrong."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Intent, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke_solid import DosePowder, Weigh
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    ExchangeError,
    GarbledReplyError,
    NoReplyError,
)
from autosynth.testing import Tap
from autosynth.testing.tap import Mode
from drivers.mettler_sics import DOSER, DRIVER
from tests.drivers.mettler_sics.rig import BALANCE, QUANTOS, VESSEL_MG, on_pan
from tests.drivers.overheard import Overheard
from tests.drivers.played import SILENCE, Exchanges, played
from tests.simulators.recording_twin import RecordingTwin

DOSE = DosePowder(100.0, 0.05)


async def ready(doser: Any) -> Intent:
    """Connect and return the intent to dose."""
    await doser.connect()
    await doser.weigh()
    before = await doser.read_state()
    return Intent("device", DOSE, before, doser.expect(before, DOSE))


def weighed(exchanges: Exchanges) -> float:
    """Return what a balance weighs in a written conversation."""

    async def main() -> float:
        async with played(DRIVER, {"retries": 0}, exchanges) as balance:
            return float((await balance.weigh()).mass_mg)

    return run_virtual(main())


def refused(make: Any, words: str, *, verdict: Verdict, fell_mg: tuple[float, float] = (0.0, 0.0)) -> None:
    """Insist that a dosing is refused with these words, and on what is found of it afterwards."""

    async def main() -> None:
        rig = make()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            with pytest.raises(ExchangeError, match=words):
                await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            found = await doser.reconcile(intent)
            assert found.verdict is verdict, found
            assert fell_mg[0] - 1.0 <= sum(fall[1] for fall in rig.twin.falls) <= fell_mg[1] + 1.0
            if verdict is not Verdict.UNKNOWN:
                assert found.mass_mg == pytest.approx(sum(fall[1] for fall in rig.twin.falls), abs=1.0)

    run_virtual(main())


def test_a_reading_has_its_unit_and_its_uncertainty() -> None:
    """Repeatability and the last digit."""

    async def main() -> None:
        options = {"readability": "0.01 mg", "repeatability": "0.02 mg", "simulated": {"unit": "mg", "noise_mg": 0.01}}
        async with BALANCE(options).connect(Tap()) as balance:
            outcome = await balance.weigh()
            assert outcome.mass_mg == pytest.approx(VESSEL_MG, abs=0.1)
            assert outcome.mass_sd_mg == pytest.approx(0.0202, abs=1e-4)

    run_virtual(main())


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"S I\r\n", DeviceBusyError, "stable"),
        (b"S D 1.0 g\r\n", DeviceBusyError, "stable"),
        (b"S +\r\n", DeviceRefusedError, "overload"),
        (b"S -\r\n", DeviceRefusedError, "underload"),
        (b"S S Error 5b\r\n", DeviceRefusedError, "error 5b"),
    ],
)
def test_what_is_no_stable_weight_is_told(answer: bytes, error: type[Exception], words: str) -> None:
    """With what to look for."""
    with pytest.raises(error, match=words):
        weighed([(b"SI\r\n", b"S S 1.0 g\r\n"), (b"S\r\n", answer)])


def test_a_balance_that_never_comes_to_rest_is_busy() -> None:
    """Against the simulated one."""

    async def main() -> None:
        async with BALANCE(faults=("device:unsteady@t=1",)).connect(Tap()) as balance:
            await balance.connect()
            await asyncio.sleep(2.0)  # noqa: TID251 - virtual time
            with pytest.raises(DeviceBusyError, match="does not become stable"):
                await balance.weigh()
            assert (await balance.read_state())["stable"] is False

    run_virtual(main())


def test_a_balance_that_was_switched_on_says_so_unasked() -> None:
    """It is noticed, and the next question is answered."""

    async def main() -> None:
        rig = BALANCE(power_cycle_s=10.0)
        async with rig.connect(Tap()) as balance:
            await balance.connect()
            await rig.clock.sleep(20.0)
            assert balance._weighing._talk.restarts == 1
            assert (await balance.weigh()).mass_mg == pytest.approx(0.0, abs=1.0)

    run_virtual(main())


def test_only_weighing_is_a_stroke_of_a_balance() -> None:
    """A dosing is refused when the plan is made."""

    async def main() -> None:
        async with BALANCE().connect(Tap()) as balance:
            with pytest.raises(ArgumentError, match="dose_powder"):
                balance.expect({}, DOSE)
            assert balance.expect({"mass_mg": 1.0, "stable": True}, Weigh()) == {}

    run_virtual(main())


def test_door_and_pin_are_closed_before_anything_falls() -> None:
    """The simulated one stands open and unlocked before, and refuses to dose so."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            assert intent.before["door_closed"] is False
            outcome = await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            assert (outcome.state["door_closed"], outcome.state["dosed"]) == (True, 1)
            assert rig.bench.truth()["devices"]["device"]["pin"] == "locked"

    run_virtual(main())


def test_without_a_head_nothing_is_dosed() -> None:
    """The pan is not even weighed."""

    async def main() -> None:
        rig = QUANTOS(twin=on_pan(head=False))
        async with rig.connect(Tap()) as doser:
            await doser.connect()
            state = await doser.read_state()
            assert (state["head"], state["dosed"]) == ("", None)
            with pytest.raises(DeviceRefusedError, match="no dosing head"):
                await doser.dose_powder(100.0, 0.05)
            assert not rig.twin.falls

    run_virtual(main())


def test_a_head_without_powder_is_named() -> None:
    """What fell until then is accounted for."""
    refused(
        lambda: QUANTOS(faults=("device:head_empty@mg=40",)),
        "error 7, the powder does not flow",
        verdict=Verdict.PARTLY,
        fell_mg=(40.0, 40.0),
    )


def test_powder_that_sticks_is_named() -> None:
    """Nothing fell, and nothing was counted."""
    refused(lambda: QUANTOS(faults=("device:powder_stuck@t=1",)), "error 7", verdict=Verdict.NOT_STARTED)


def test_powder_that_sticks_for_a_while_falls_in_the_end() -> None:
    """The head has its patience."""

    async def main() -> None:
        rig = QUANTOS(faults=("device:powder_stuck@t=30,for=20",))
        async with rig.connect(Tap()) as doser:
            await ready(doser)
            assert (await doser.dose_powder(100.0, 0.05)).mass_mg == pytest.approx(100.0, abs=6.0)

    run_virtual(main())


def test_power_lost_while_it_doses_is_noticed() -> None:
    """The pan has lost its zero with it: what fell is not known, within its bounds."""
    refused(lambda: QUANTOS(power_cycle_s=25.0), "lost its power", verdict=Verdict.UNKNOWN, fell_mg=(0.0, 100.0))


def test_a_dosing_is_started_once_though_nothing_answers() -> None:
    """That it goes on all the same is seen afterwards."""

    async def main() -> None:
        rig, tap = QUANTOS(), Tap()
        async with rig.connect(tap) as doser:
            intent = await ready(doser)
            order = doser._talk.order

            async def unheard(command: str, *how: Any) -> Any:
                tap.mode = Mode.SILENT if command == "QRA 61 1" else Mode.PASS
                return await order(command, *how)

            doser._talk.order = unheard
            with pytest.raises(NoReplyError):
                await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            tap.mode, doser._talk.order = Mode.PASS, order
            found = await doser.reconcile(intent)
            assert (found.verdict, len(rig.twin.falls)) == (Verdict.DONE, 1)

    run_virtual(main())


def test_stopping_is_urgent_and_is_told() -> None:
    """The dosing ends with error 8, and what fell is known."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            began_s = rig.clock.now()
            await doser.make_safe()
            assert rig.clock.now() - began_s < 1.0
            with pytest.raises(DeviceRefusedError, match="error 8, stopped from outside"):
                await task
            found = await doser.reconcile(intent)
            assert found.verdict is Verdict.PARTLY
            assert found.mass_mg == pytest.approx(rig.twin.falls[0][1], abs=1.0)

    run_virtual(main())


def test_a_dosing_that_making_safe_has_overtaken_does_not_start() -> None:
    """It was still closing the door."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(1.0)
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await task
            assert not rig.twin.falls

    run_virtual(main())


@pytest.mark.parametrize("step", range(30))
@pytest.mark.parametrize("asked", [False, True])
def test_no_dosing_starts_once_it_was_made_safe(step: int, asked: bool) -> None:
    """Whenever that is: while it is set, in the silence before the start, or with a question in the start's way."""

    async def main() -> None:
        rig, tap = QUANTOS(), Overheard()
        async with rig.connect(tap) as doser:
            await ready(doser)

            async def ask_on() -> None:
                while True:
                    await doser._weighing.now()

            others = [asyncio.create_task(ask_on())] if asked else []
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            while not any(line.startswith(b"QRD 1 1 5") for line in tap.said):
                await rig.clock.sleep(0.01)
            await rig.clock.sleep(0.01 * step)
            await doser.make_safe()
            safe_from = len(tap.said)
            with pytest.raises(DeviceRefusedError, match=r"made safe|error 8"):
                await stroke
            for other in others:
                other.cancel()
            assert b"QRA 61 1\r\n" not in tap.said[safe_from:]
            assert rig.bench.truth()["devices"]["device"]["dosing"] is False
            assert sum(fall[1] for fall in rig.twin.falls) < 1.0

    run_virtual(main())


def test_a_dosing_that_goes_on_after_it_was_made_safe_is_stopped_again() -> None:
    """Its end is not awaited for ten minutes."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            doser._talk._orders.recall()
            with pytest.raises(DeviceRefusedError, match="error 8"):
                await stroke
            assert rig.clock.now() < 60.0
            assert rig.bench.truth()["devices"]["device"]["dosing"] is False
            assert (await doser.reconcile(intent)).verdict is Verdict.PARTLY

    run_virtual(main())


def test_the_end_of_a_stopped_dosing_is_not_awaited_for_long() -> None:
    """Its second answer was lost with what stopped it."""

    async def main() -> None:
        rig, tap = QUANTOS(), Tap()
        async with rig.connect(tap) as doser:
            await ready(doser)
            stroke = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(28.0)
            hear, doser._talk._second = doser._talk._second, _Forgetful()
            assert not hear
            began_s = rig.clock.now()
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await stroke
            assert rig.clock.now() - began_s < 20.0

    run_virtual(main())


class _Forgetful(dict[Any, Any]):
    """Second answers that never come."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget it."""


def test_a_silent_dosing_head_cannot_be_made_safe_in_silence() -> None:
    """Nobody may believe that it has stopped."""
    urgent = (b"QRA 61 4\r\n", SILENCE)

    async def main() -> None:
        async with played(DOSER, {"retries": 1}, [urgent, urgent]) as doser:
            with pytest.raises(NoReplyError):
                await doser.make_safe()

    run_virtual(main())


def test_what_does_not_understand_to_stop_has_not_stopped() -> None:
    """A syntax error is no answer to somebody who needs it to stop; nothing to stop is one."""

    async def main(answer: bytes) -> None:
        async with played(DOSER, {"retries": 0}, [(b"QRA 61 4\r\n", answer)]) as doser:
            await doser.make_safe()

    run_virtual(main(b"QRA 61 4 I 5\r\n"))
    with pytest.raises(GarbledReplyError, match="not understood"):
        run_virtual(main(b"ES\r\n"))


def at_zero(**more: Any) -> Any:
    """Return a rig with nothing on its pan, as one has that was switched on with the vessel."""
    return QUANTOS(twin=RecordingTwin(heads={"device": {"substance": "x", "lot": "1", "left_mg": 1e3}}), **more)


def test_a_pan_near_zero_proves_nothing_to_a_new_host() -> None:
    """It may have been zeroed by a loss of power that nobody heard of: not when it is asked twice, either."""

    async def main() -> None:
        rig = at_zero()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
        async with rig.connect(Tap()) as doser:
            await doser.connect()
            for _ in range(3):
                await doser.read_state()
                found = await doser.reconcile(intent)
                assert (found.verdict, found.low_mg) == (Verdict.UNKNOWN, 0.0)
                assert found.high_mg >= 105.0

    run_virtual(main())


def test_a_dosing_that_this_host_has_not_told_to_begin_is_known_by_the_pan() -> None:
    """It was stopped when the door closed: this driver has seen its end, another has not."""

    async def main() -> None:
        rig = at_zero()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            task = asyncio.create_task(doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac))
            await rig.clock.sleep(1.0)
            await doser.make_safe()
            with pytest.raises(DeviceRefusedError, match="made safe"):
                await task
            for _ in range(2):
                assert (await doser.reconcile(intent)).verdict is Verdict.NOT_STARTED
            other = Intent("device", DosePowder(90.0, 0.05), intent.before, intent.expected)
            assert (await doser.reconcile(other)).verdict is Verdict.UNKNOWN

    run_virtual(main())


@pytest.mark.parametrize("heard", [True, False])
def test_a_little_powder_on_a_pan_of_zero_is_known_to_whom_saw_the_dosing_end(heard: bool) -> None:
    """Who did not may see another dosing's powder, after a loss of power."""

    async def main() -> None:
        rig, tap = at_zero(), Tap()
        async with rig.connect(tap) as doser:
            await doser.connect()
            await doser.weigh()
            stroke = DosePowder(50.0, 0.05)
            before = await doser.read_state()
            intent = Intent("device", stroke, before, doser.expect(before, stroke))
            task = asyncio.create_task(doser.dose_powder(stroke.target_mg, stroke.tolerance_frac))
            if heard:
                await task
            else:
                await rig.clock.sleep(28.0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            found = await doser.reconcile(intent)
            assert found.verdict is (Verdict.DONE if heard else Verdict.UNKNOWN)
            assert found.low_mg <= sum(fall[1] for fall in rig.twin.falls) <= found.high_mg

    run_virtual(main())


def test_what_was_weighed_before_a_loss_of_power_is_never_compared() -> None:
    """This host has heard that the balance was switched on: whatever stands on the pan now says nothing."""

    async def main() -> None:
        rig = QUANTOS(power_cycle_s=25.0)
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            with pytest.raises(DeviceRefusedError, match="lost its power"):
                await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            rig.twin.loads_mg.update(device=2.0 * VESSEL_MG + 100.0)
            found = await doser.reconcile(intent)
            assert (found.verdict, found.low_mg) == (Verdict.UNKNOWN, 0.0)
            assert found.high_mg >= 105.0

    run_virtual(main())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda twin: twin.loads_mg.update(device=VESSEL_MG - 50.0), "less"),
        (lambda twin: twin.loads_mg.update(device=VESSEL_MG + 500.0), "more than the dosing"),
        (lambda twin: twin.loads_mg.update(device=VESSEL_MG + 100.0), "no dosing"),
        (lambda twin: twin.heads.update(device={"substance": "y", "lot": "2", "left_mg": 1.0}), "exchanged"),
    ],
)
def test_what_contradicts_itself_is_unknown(change: Any, words: str) -> None:
    """Something else was put on the pan, taken from it, or the head is another."""

    async def main() -> None:
        rig = QUANTOS()
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            change(rig.twin)
            found = await doser.reconcile(intent)
            assert (found.verdict, found.low_mg) == (Verdict.UNKNOWN, 0.0)
            assert words in found.reason
            assert found.high_mg >= 105.0

    run_virtual(main())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fault", ["duplicate_reply@p=0.3", "corrupt_reply@p=0.05", "drop_reply@p=0.05"])
def test_bad_lines_dose_nothing_twice(fault: str, seed: int) -> None:
    """However answers are bent, at most one dosing falls, and no verdict is wrong about it."""

    async def main() -> None:
        rig = QUANTOS({"retries": 8, "dosing_time_max": "2 min"}, faults=(f"device:{fault}",), seed=seed)
        async with rig.connect(Tap()) as doser:
            intent = await ready(doser)
            try:
                await doser.dose_powder(DOSE.target_mg, DOSE.tolerance_frac)
            except ExchangeError:
                found = await doser.reconcile(intent)
                if found.verdict is not Verdict.UNKNOWN:
                    assert found.mass_mg == pytest.approx(sum(fall[1] for fall in rig.twin.falls), abs=2.0)
            assert len(rig.twin.falls) <= 1

    run_virtual(main())


def test_options_are_read_strictly() -> None:
    """Limits follow them; a balance has no dosing."""
    limits = DOSER.limits(DriverSettings("doser", {"dose_min": "5 mg", "capacity": "120 g"}))
    assert (limits.dose_min_mg, limits.dose_max_mg, limits.capacity_mg) == (5.0, 5000.0, 120000.0)
    assert limits.readability_mg == pytest.approx(0.1)
    assert DRIVER.limits(DriverSettings("balance", {})).dose_max_mg is None
    for entry, wrong in (
        (DRIVER, {"dose_min": "5 mg"}),
        (DOSER, {"algorithm": "quick"}),
        (DOSER, {"dose_min": "1 kg"}),
    ):
        with pytest.raises(OptionsError):
            entry.limits(DriverSettings("device", wrong))
