"""Strokes travel through the journal unchanged, and each verb is carried out by the contract's method of its name."""

import json
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.clock import run_virtual
from autosynth.contracts.device import Outcome
from autosynth.contracts.nmr import Acquisition, ShimMethod
from autosynth.contracts.potentiostat import Voltammetry
from autosynth.contracts.repeat import Repeat
from autosynth.contracts.stroke import (
    STROKES,
    Acquire,
    AnyStroke,
    HomePlunger,
    HomeSampler,
    MoveLift,
    MovePlunger,
    Scan,
    SetSpeed,
    SetTemperature,
    Shim,
    TurnTo,
    stroke_from_json,
    stroke_to_json,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
METHODS = st.builds(Voltammetry, *[NUMBERS] * 6, quiet_s=NUMBERS, scans=st.integers(1, 99))
BLOCKS = st.builds(Acquisition, st.text(), st.integers(1, 9999), NUMBERS, NUMBERS, NUMBERS, st.text(), st.text())
ANY: st.SearchStrategy[AnyStroke] = st.one_of(
    st.builds(MovePlunger, NUMBERS, NUMBERS),
    st.just(HomePlunger()),
    st.builds(TurnTo, st.text()),
    st.builds(SetSpeed, NUMBERS),
    st.builds(SetTemperature, st.none() | NUMBERS),
    st.builds(Scan, METHODS),
    st.builds(Acquire, BLOCKS),
    st.builds(Shim, st.sampled_from(ShimMethod)),
    st.builds(MoveLift, st.booleans()),
    st.just(HomeSampler()),
)


@given(stroke=ANY)
def test_a_stroke_comes_back_from_the_journal_as_it_was(stroke: AnyStroke) -> None:
    """What is written as JSON text is read back as the same stroke, to the last bit of its numbers."""
    assert stroke_from_json(json.loads(json.dumps(stroke_to_json(stroke)))) == stroke


def test_every_verb_is_listed_under_its_name() -> None:
    """The list by verb has each kind of stroke once, under the name that it writes."""
    assert {verb: kind.VERB for verb, kind in STROKES.items()} == {verb: verb for verb in STROKES}
    assert set(STROKES.values()) == set(get_args(AnyStroke))
    assert len(STROKES) == len(get_args(AnyStroke))


def test_only_what_changes_the_world_again_is_never_repeated() -> None:
    """Absolute strokes may be asked for again, scans may be made again, homing empties a syringe and may not."""
    assert {verb for verb, kind in STROKES.items() if kind.REPEAT is Repeat.ONCE} == {
        "home_plunger",
        "start_mill",
        "dose_powder",
    }
    assert {verb for verb, kind in STROKES.items() if kind.REPEAT is Repeat.REPEATABLE} == {
        "scan",
        "acquire",
        "shim",
        "weigh",
        "collect",
    }


def test_arguments_have_units_in_their_names() -> None:
    """Every number that a stroke carries says its unit."""
    units = ("_ml", "_ml_min", "_rpm", "_c", "_hz", "_mg", "_frac")
    for kind in STROKES.values():
        for each in fields(kind):
            assert each.name.endswith(units) or each.name in {"port", "method", "block", "inserted", "exposure"}


def test_a_verb_of_a_later_version_is_refused() -> None:
    """A journal with a verb that this version does not know is not half understood."""
    with pytest.raises(KeyError, match="levitate"):
        stroke_from_json({"verb": "levitate", "arguments": {}})


class EverythingDevice:
    """Notes which method was called with what, under every contract's verbs."""

    def __init__(self) -> None:
        self.called: list[tuple[object, ...]] = []

    async def move_plunger(self, to_ml: float, rate_ml_min: float) -> Outcome:
        return self._note("move_plunger", to_ml, rate_ml_min)

    async def home_plunger(self) -> Outcome:
        return self._note("home_plunger")

    async def turn_to(self, port: str) -> Outcome:
        return self._note("turn_to", port)

    async def set_speed(self, speed_rpm: float) -> Outcome:
        return self._note("set_speed", speed_rpm)

    async def set_temperature(self, temperature_c: float | None) -> Outcome:
        return self._note("set_temperature", temperature_c)

    async def scan(self, method: Voltammetry) -> Outcome:
        return self._note("scan", method)

    async def acquire(self, block: Acquisition) -> Outcome:
        return self._note("acquire", block)

    async def shim(self, method: ShimMethod) -> Outcome:
        return self._note("shim", method)

    async def move_lift(self, inserted: bool) -> Outcome:
        return self._note("move_lift", inserted)

    async def home_sampler(self) -> Outcome:
        return self._note("home_sampler")

    def _note(self, *call: object) -> Outcome:
        self.called.append(call)
        return Outcome({})


def test_a_stroke_calls_the_method_of_its_name() -> None:
    """Carrying a stroke out calls the contract's method named by its verb, once, with its arguments in order."""
    method = Voltammetry(0.0, -1.0, 0.5, 0.002, 0.1, 1e-4)
    block = Acquisition("31P", 64, 3.0, 1.6, 90.0, "one", "tube 1")
    cases: list[tuple[AnyStroke, tuple[object, ...]]] = [
        (MovePlunger(0.4, 2.0), ("move_plunger", 0.4, 2.0)),
        (HomePlunger(), ("home_plunger",)),
        (TurnTo("3"), ("turn_to", "3")),
        (SetSpeed(400.0), ("set_speed", 400.0)),
        (SetTemperature(None), ("set_temperature", None)),
        (Scan(method), ("scan", method)),
        (Acquire(block), ("acquire", block)),
        (Shim(ShimMethod.QUICK), ("shim", ShimMethod.QUICK)),
        (MoveLift(inserted=True), ("move_lift", True)),
        (HomeSampler(), ("home_sampler",)),
    ]
    for stroke, call in cases:
        device = EverythingDevice()
        assert run_virtual(stroke.on(device)) == Outcome({})  # type: ignore[arg-type]
        assert device.called == [call]


def test_a_scan_lasts_as_long_as_its_way() -> None:
    """From 0 to -1 to 0.5 and back to 0 V are 3 V: thirty seconds at 0.1 V/s, twice that for two scans."""
    assert Voltammetry(0.0, -1.0, 0.5, 0.002, 0.1, 1e-4).duration_s == pytest.approx(30.0)
    assert Voltammetry(0.0, -1.0, 0.5, 0.002, 0.1, 1e-4, quiet_s=5.0, scans=2).duration_s == pytest.approx(60.0)
