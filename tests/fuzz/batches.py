"""Fuzzing in batches: each has a seed of its own, so that one command repeats a failure."""

import os
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

Batch = Callable[[Random, int], None]
"""Puts so many inputs, made from a generator, to one target; raises whatever should not have come out."""
SIZES = {"codecs": 500, "faces": 500, "readers": 50}
"""Inputs of one batch, by what is fuzzed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How much was put to a target, and how fast."""

    inputs: int
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.inputs} inputs, {self.inputs / max(self.cpu_s, 1e-9):.0f} a second of CPU"


def seed() -> int:
    """Return the seed that everything is made from: SEED of the environment, else 1."""
    return int(os.environ.get("SEED", "1"))


def run_batches(kind: str, targets: Mapping[str, Batch], name: str, inputs: int) -> Rate:
    """Put at least so many inputs to a target, batch by batch.

    Raises:
        AssertionError: something came out that is not documented; the message is the command that repeats it.
    """
    began_s = time.process_time()
    batches = -(-inputs // SIZES[kind])
    for number in range(batches):
        run_batch(kind, targets, name, number, seed())
    return Rate(batches * SIZES[kind], time.process_time() - began_s)


def run_for(kind: str, targets: Mapping[str, Batch], name: str, seconds: float) -> Rate:
    """Put batches to a target for so many seconds of CPU time.

    Raises:
        AssertionError: as `run_batches`.
    """
    began_s = time.process_time()
    number = 0
    while time.process_time() - began_s < seconds:
        run_batch(kind, targets, name, number, seed())
        number += 1
    return Rate(number * SIZES[kind], time.process_time() - began_s)


def run_batch(kind: str, targets: Mapping[str, Batch], name: str, number: int, base: int) -> None:
    """Put one batch to a target.

    Raises:
        AssertionError: as `run_batches`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            targets[name](Random(f"{base} {kind} {name} {number}"), SIZES[kind])
    except Exception as error:
        command = f"python -m tests.fuzz {kind} {name} {number} {base}"
        raise AssertionError(f"{command}: {type(error).__name__}: {error}") from error
