"""What the drivers of balance and dosing head do when things go wrong."""

import asyncio
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.stroke_solid import DosePowder, Weigh
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    ExchangeError,
    NoReplyError,
)
from autosynth.testing import Tap
from autosynth.testing.tap import Mode
from drivers.mettler_sics import DOSER, DRIVER
from tests.drivers.mettler_sics.rig import BALANCE, DOSE, QUANTOS, VESSEL_MG, on_pan, ready
from tests.drivers.overheard import Overheard
from tests.drivers.played import Exchanges, played


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


@pytest.mark.parametrize(
    ("dose", "said", "note"),
    [
        (DosePowder(100.0, 0.05), ("100", "5"), ""),
        (DosePowder(100.12, 0.005), ("100.12", "0.5"), ""),
        (DosePowder(114.70000000000002, 0.3), ("114.7", "30"), ""),
        (DosePowder(114.6734, 0.05), ("114.67", "5"), "told 114.67 mg of 114.6734 mg"),
        (DosePowder(100.0, 0.0159), ("100", "1.5"), "told a tolerance of 1.5 % of 1.59 %"),
        (DosePowder(99.996, 0.0515), ("100", "5.1"), "told 100 mg of 99.996 mg; told a tolerance of 5.1 % of 5.15 %"),
    ],
)
def test_what_cannot_be_said_is_rounded_and_noted(dose: DosePowder, said: tuple[str, str], note: str) -> None:
    """The target to the nearest, the tolerance never to a wider one."""

    async def main() -> None:
        rig, tap = QUANTOS(), Overheard()
        async with rig.connect(tap) as doser:
            await ready(doser)
            outcome = await doser.dose_powder(dose.target_mg, dose.tolerance_frac)
            assert outcome.note == note
            for number, value in zip((5, 6), said, strict=True):
                assert f"QRD 1 1 {number} {value}\r\n".encode() in tap.said

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
        (DOSER, {"dose_min": "2 g", "dose_max": "1 g"}),
        (DOSER, {"dose_min": "6 g"}),
    ):
        with pytest.raises(OptionsError):
            entry.limits(DriverSettings("device", wrong))
