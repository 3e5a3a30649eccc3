"""Bent files against everything that reads them: fifty in every run, ten minutes each in `make soak`."""

import os

import pytest

from tests.fuzz import readers
from tests.fuzz.batches import run_batches, run_for

FUZZ_SECONDS = 600
TEXTS = 50
"""Texts for each reader in every test run."""


@pytest.mark.parametrize("name", readers.BATCHES)
def test_a_reader_understands_or_says_what_is_wrong(name: str) -> None:
    """Only errors of autosynth come out, with their places, in a number of steps that the input bounds."""
    run_batches("readers", readers.BATCHES, name, TEXTS)


def test_what_takes_too_many_steps_is_noticed() -> None:
    """The counter would stop a reader that never ends."""

    def endless() -> None:
        while True:
            str(readers.ROOT / "x")

    with pytest.raises(TimeoutError, match="too many steps"), readers.Counted(1000):
        endless()


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", readers.BATCHES)
def test_soak_of_a_reader(name: str) -> None:
    """FUZZ_SECONDS of CPU time (default ten minutes)."""
    rate = run_for("readers", readers.BATCHES, name, float(os.environ.get("FUZZ_SECONDS", FUZZ_SECONDS)))
    print(f"reader {name}: {rate}")
