"""Bent frames against drivers and simulators: some thousand in every run, a million each in `make soak`."""

import os

import pytest

from tests.fuzz import codecs, faces
from tests.fuzz.batches import run_batches

FRAMES = 1_000_000
HEARD, SAID = 1500, 500
"""Frames for a driver and for a simulator in every test run."""


@pytest.mark.parametrize("model", codecs.BATCHES)
def test_a_driver_understands_or_refuses_whatever_it_hears(model: str) -> None:
    """Nothing but errors of an exchange comes out, and no framing keeps more than its longest frame."""
    run_batches("codecs", codecs.BATCHES, model, HEARD)


@pytest.mark.parametrize("model", faces.BATCHES)
def test_a_simulator_answers_or_is_silent_whatever_it_is_told(model: str) -> None:
    """It raises nothing, its times are in order, its state is legal, and it keeps no endless line."""
    run_batches("faces", faces.BATCHES, model, SAID)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("model", codecs.BATCHES)
def test_soak_of_a_driver(model: str) -> None:
    """FRAMES bent frames (default a million)."""
    rate = run_batches("codecs", codecs.BATCHES, model, int(os.environ.get("FRAMES", FRAMES)))
    print(f"driver {model}: {rate}")


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("model", faces.BATCHES)
def test_soak_of_a_simulator(model: str) -> None:
    """FRAMES bent frames (default a million)."""
    rate = run_batches("faces", faces.BATCHES, model, int(os.environ.get("FRAMES", FRAMES)))
    print(f"simulator {model}: {rate}")
