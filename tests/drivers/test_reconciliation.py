"""What became of a stroke, asked by another host of each simulated instrument after anything that may befall it.

One table for all of them: made, never begun, stopped in its middle, power lost in it, somebody else has been at the
instrument. Whatever is not certainly done is never called so.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.contracts.device import Device, Intent, Reconciliation, Verdict
from autosynth.contracts.nmr import Acquisition
from autosynth.contracts.potentiostat import Voltammetry
from autosynth.contracts.stroke import (
    Acquire,
    AnyStroke,
    HomePlunger,
    HomeSampler,
    MovePlunger,
    Scan,
    SetFlow,
    SetSpeed,
    SetTemperature,
    TurnTo,
)
from autosynth.contracts.stroke_solid import ClearCounter, DosePowder, InfuseTo, StartMill, StopMill, Weigh
from autosynth.testing import Tap
from autosynth.testing.rig import make_stroke
from drivers import (
    alicat_mc,
    delta_vfd,
    genogrinder_2010,
    grbl_carousel,
    ika_ret,
    keithley_2450,
    palmsens_emstat_pico,
    runze_sv06,
    tecan_cavro,
)
from tests.drivers.grbl_carousel.rig import OPTIONS as CAROUSEL_OPTIONS
from tests.drivers.grbl_carousel.test_conformance import rack
from tests.drivers.magritek_spinsolve.test_conformance import NmrRig
from tests.drivers.mettler_sics.rig import BALANCE, QUANTOS
from tests.drivers.new_era_ne1000.rig import INFUSER
from tests.drivers.simulated import NAME, SimulatedRig, plumbing

LIQUID = {"volumes_ml": {"acetone": 1.0}, "amounts_mol": {}}
WITH_CELL = partial(
    SimulatedRig,
    bench={"vessels": {"cell": {"capacity_ml": 1.5, "mixture": LIQUID}}},
    device={"vessel": "cell"},
)
SCAN = Scan(Voltammetry(0.0, 0.5, 0.0, 0.01, 0.1, 1e-3))
PUMP = partial(SimulatedRig, tecan_cavro.DRIVER, {"syringe": "1 mL"}, bench=plumbing(9))
VALVE = partial(SimulatedRig, runze_sv06.DRIVER, {"ports": 6})
GAS = partial(SimulatedRig, alicat_mc.DRIVER, {"full_scale": "1000 mL/min", "simulated": {"keeps": False}})
PLATE = partial(WITH_CELL, ika_ret.DRIVER, {})
CAROUSEL = partial(SimulatedRig, grbl_carousel.DRIVER, CAROUSEL_OPTIONS, bench=rack())
MILL_OPTIONS = {"model": "delta_ms300", "frequency_max": "35 Hz"}
MILL = partial(SimulatedRig, delta_vfd.DRIVER, MILL_OPTIONS)
LONELY_MILL = partial(SimulatedRig, delta_vfd.DRIVER, {**MILL_OPTIONS, "silence": "0 s"})
DONE, NOT_STARTED, PARTLY, UNKNOWN = Verdict.DONE, Verdict.NOT_STARTED, Verdict.PARTLY, Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Case:
    """A stroke of an instrument, what brings it to work, what somebody else does to it, and the verdicts."""

    make: Callable[[], SimulatedRig]
    prepare: Sequence[AnyStroke]
    stroke: AnyStroke
    others: AnyStroke
    verdicts: Mapping[str, Verdict]


CASES: Mapping[str, Case] = {
    "pump dispenses": Case(
        PUMP,
        (HomePlunger(), TurnTo("1"), MovePlunger(0.5, 10.0), TurnTo("3")),
        MovePlunger(0.0, 1.5),
        HomePlunger(),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "pump draws": Case(
        PUMP,
        (HomePlunger(), TurnTo("3")),
        MovePlunger(0.5, 1.5),
        HomePlunger(),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "pump's valve turns": Case(
        PUMP,
        (HomePlunger(), TurnTo("1")),
        TurnTo("5"),
        TurnTo("9"),
        {"made": DONE, "not begun": NOT_STARTED, "power": PARTLY, "others": PARTLY},
    ),
    "pump initialises": Case(
        PUMP,
        (HomePlunger(), TurnTo("1"), MovePlunger(0.5, 10.0)),
        HomePlunger(),
        MovePlunger(0.2, 10.0),
        {"made": DONE, "not begun": NOT_STARTED, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "valve turns": Case(
        VALVE,
        (TurnTo("1"),),
        TurnTo("4"),
        TurnTo("2"),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": PARTLY, "others": PARTLY},
    ),
    "carousel turns": Case(
        CAROUSEL,
        (HomeSampler(),),
        TurnTo("12"),
        TurnTo("7"),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": PARTLY, "others": PARTLY},
    ),
    "gas sweeps": Case(
        GAS,
        (SetFlow(0.0),),
        SetFlow(500.0),
        SetFlow(200.0),
        {"made": DONE, "not begun": NOT_STARTED, "others": PARTLY},
    ),
    "hotplate heats": Case(
        PLATE,
        (SetTemperature(None),),
        SetTemperature(50.0),
        SetTemperature(80.0),
        {"made": PARTLY, "not begun": NOT_STARTED, "others": PARTLY},
    ),
    "hotplate stirs": Case(
        PLATE,
        (SetSpeed(200.0),),
        SetSpeed(400.0),
        SetSpeed(700.0),
        {"made": DONE, "not begun": NOT_STARTED, "others": PARTLY},
    ),
    "mill starts": Case(
        MILL,
        (StartMill(10.0), StopMill()),
        StartMill(25.0),
        StartMill(30.0),
        {"made": UNKNOWN, "not begun": NOT_STARTED, "stopped": UNKNOWN, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "mill that never stops by itself starts": Case(
        LONELY_MILL,
        (StartMill(10.0), StopMill()),
        StartMill(25.0),
        StartMill(30.0),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": UNKNOWN, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "mill starts at the frequency of the last time": Case(
        LONELY_MILL,
        (StartMill(25.0), StopMill()),
        StartMill(25.0),
        StartMill(30.0),
        {"made": DONE, "not begun": UNKNOWN, "stopped": UNKNOWN, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "new mill starts for the first time": Case(
        LONELY_MILL,
        (),
        StartMill(25.0),
        StartMill(30.0),
        {"made": DONE, "not begun": UNKNOWN, "stopped": UNKNOWN, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "grinder starts": Case(
        partial(SimulatedRig, genogrinder_2010.DRIVER, {}),
        (StartMill(10.0), StopMill()),
        StartMill(25.0),
        StartMill(20.0),
        dict.fromkeys(("made", "not begun", "stopped", "power", "others"), UNKNOWN),
    ),
    "mill stops": Case(
        LONELY_MILL,
        (StartMill(25.0),),
        StopMill(),
        StartMill(30.0),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": DONE, "power": DONE, "others": NOT_STARTED},
    ),
    "EmStat scans": Case(
        partial(WITH_CELL, palmsens_emstat_pico.DRIVER, {}),
        (),
        SCAN,
        SCAN,
        dict.fromkeys(("made", "not begun", "stopped", "power", "others"), NOT_STARTED),
    ),
    "SourceMeter scans": Case(
        partial(WITH_CELL, keithley_2450.DRIVER, {}),
        (),
        SCAN,
        SCAN,
        dict.fromkeys(("made", "not begun", "stopped", "power", "others"), NOT_STARTED),
    ),
    "infuser pushes": Case(
        INFUSER,
        (ClearCounter(),),
        InfuseTo(2.0, 4.0),
        InfuseTo(3.0, 8.0),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "infuser pushes on": Case(
        INFUSER,
        (ClearCounter(), InfuseTo(1.0, 8.0)),
        InfuseTo(3.0, 4.0),
        ClearCounter(),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "infuser counts anew": Case(
        INFUSER,
        (ClearCounter(), InfuseTo(1.0, 8.0)),
        ClearCounter(),
        InfuseTo(2.0, 8.0),
        {"made": DONE, "not begun": NOT_STARTED, "others": PARTLY},
    ),
    "balance weighs": Case(
        BALANCE,
        (),
        Weigh(),
        Weigh(),
        dict.fromkeys(("made", "not begun", "stopped", "power", "others"), NOT_STARTED),
    ),
    "head doses": Case(
        partial(QUANTOS, {"simulated": {"flow_mg_s": 1.0}}),
        (Weigh(),),
        DosePowder(100.0, 0.05),
        DosePowder(150.0, 0.05),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": PARTLY, "power": UNKNOWN, "others": UNKNOWN},
    ),
    "spectrometer measures": Case(
        NmrRig,
        (),
        Acquire(Acquisition("31P", 4, 4.0, 1.6, 90.0, "run/block-1", "tube", "D2O")),
        Acquire(Acquisition("31P", 4, 4.0, 1.6, 90.0, "other/block-1", "tube", "D2O")),
        {"made": DONE, "not begun": NOT_STARTED, "stopped": NOT_STARTED, "power": NOT_STARTED, "others": NOT_STARTED},
    ),
}


@pytest.mark.parametrize(
    ("name", "happens"), [(name, happens) for name, case in CASES.items() for happens in case.verdicts]
)
def test_another_host_is_told_what_became_of_a_stroke(name: str, happens: str) -> None:
    """Done, not started, partly with an amount, or unknown within bounds that hold everything possible."""
    case = CASES[name]
    intent, found = run_virtual(_settled(case, happens))
    assert found.verdict is case.verdicts[happens], found.reason
    if isinstance(case.stroke, DosePowder):
        _powder_is_accounted_for(case.stroke, found)
    if isinstance(case.stroke, MovePlunger | InfuseTo):
        planned_ml = _plunger_ml(intent.before) - _plunger_ml(intent.expected)
        low_ml, high_ml = sorted((0.0, planned_ml))
        if found.verdict is UNKNOWN:
            assert found.low_ml <= low_ml + 1e-9
            assert high_ml - 1e-9 <= found.high_ml
        elif found.verdict is PARTLY:
            assert found.low_ml < found.moved_ml < found.high_ml
            assert 0.2 < found.moved_ml / planned_ml < 0.8
            assert found.moved_sd_ml > 0.0
        else:
            assert found.moved_ml == pytest.approx(planned_ml if found.verdict is DONE else 0.0, abs=1e-3)


def _plunger_ml(state: Mapping[str, Any]) -> float:
    return float(state["plunger_ml"]) if "plunger_ml" in state else -float(state["infused_ml"])


def _powder_is_accounted_for(dose: DosePowder, found: Reconciliation) -> None:
    if found.verdict is UNKNOWN:
        assert found.low_mg == 0.0
        assert found.high_mg >= dose.target_mg
    elif found.verdict is PARTLY:
        assert found.low_mg < found.mass_mg < found.high_mg < dose.target_mg
        assert found.mass_sd_mg > 0.0
    else:
        fell_mg = dose.target_mg if found.verdict is DONE else 0.0
        assert found.mass_mg == pytest.approx(fell_mg, abs=dose.target_mg * dose.tolerance_frac + 1.0)


async def _settled(case: Case, happens: str) -> tuple[Intent, Reconciliation]:
    """Let one host begin, something happen, and another host ask."""
    rig = case.make()
    async with rig.connect(Tap()) as device:
        await device.connect()
        for stroke in case.prepare:
            await make_stroke(device, stroke)
        before = await device.read_state()
        intent = Intent(NAME, case.stroke, before, device.expect(before, case.stroke))
        if happens == "made":
            await make_stroke(device, case.stroke)
        elif happens in {"stopped", "power"}:
            await _interrupted(rig, device, intent, happens)
    await rig.clock.sleep(90.0)
    if happens == "others":
        async with rig.connect(Tap()) as other:
            await other.connect()
            await make_stroke(other, case.others)
    async with rig.connect(Tap()) as device:
        await device.connect()
        return intent, await device.reconcile(intent)


async def _interrupted(rig: SimulatedRig, device: Device, intent: Intent, happens: str) -> None:
    """Stop a stroke half-way, or take its power; then its host is gone."""
    task = asyncio.ensure_future(make_stroke(device, intent.stroke))
    await rig.clock.sleep(0.5 * device.duration_s(intent.before, intent.stroke))
    if happens == "stopped":
        await device.make_safe()
    else:
        rig.bench.suffer(f"{NAME}:power_cycle@t=0", rig.clock.now())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
