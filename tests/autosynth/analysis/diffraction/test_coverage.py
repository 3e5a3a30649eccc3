"""Do intervals hold the truth, is no verdict wrong, over perturbed samples? Rendered and judged by separate models."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pytest

from autosynth.analysis.diffraction import analyse
from tests.autosynth.analysis.diffraction.rendering import (
    COPPER,
    LABORATORY,
    PRODUCT,
    RUTHENIUM,
    SYNCHROTRON,
    Bench,
    Lengths,
    drawn,
    frameworks,
)

pytestmark = [pytest.mark.coverage_study, pytest.mark.timeout(900)]

LIBRARY = frameworks()
SEEDS = 100
CELL_SD, WIDTH_SD = 4e-4, 0.1
"""Relative: of a cell from the library's, and of the lines' width."""
Kind = Literal["solid_solution", "physical_mixture"]
CONSTANTS: dict[Kind, tuple[str, str]] = {
    "solid_solution": ("Ru2Cu4.a", "Ru2Cu4.c"),
    "physical_mixture": ("Cu3btc2.a", "Ru3btc2.a"),
}


@dataclass
class Study:
    """What a hundred patterns of one kind came to."""

    verdicts: Counter[str] = field(default_factory=Counter)
    strains: list[float] = field(default_factory=list)
    """(found - true) / sd of each lattice constant."""
    sds: list[float] = field(default_factory=list)
    strange: int = 0
    """Patterns that were told to have an unknown line."""


def moved(cell: Lengths, rng: np.random.Generator) -> Lengths:
    """Return a cell somewhat off; a cubic one stays cubic."""
    a, c = 1.0 + rng.normal(0.0, CELL_SD, 2)
    return (cell[0] * a, cell[1] * (a if cell[0] == cell[1] else c))


@lru_cache(maxsize=8)
def study(bench: Bench, kind: Kind, counts: float) -> Study:
    """Analyse a hundred patterns."""
    found = Study()
    for seed in range(SEEDS):
        rng = np.random.default_rng((seed, kind == "solid_solution"))
        zero = rng.normal(0.0, 0.05 * bench.fwhm)
        real = replace(bench, zero=zero, fwhm=bench.fwhm * float(np.exp(rng.normal(0.0, WIDTH_SD))))
        share = rng.uniform(0.2, 0.8)
        if kind == "solid_solution":
            cell = moved(PRODUCT, rng)
            phases, true = {cell: 1.0}, cell
        else:
            copper, ruthenium = moved(COPPER, rng), moved(RUTHENIUM, rng)
            phases, true = {copper: share, ruthenium: 1.0 - share}, (copper[0], ruthenium[0])
        result = analyse(drawn(real, phases, rng, counts=counts), LIBRARY)
        found.verdicts[result.verdict] += 1
        found.strange += bool(result.peaks)
        for name, constant in zip(CONSTANTS[kind], true, strict=True):
            if name in result.quantities:
                estimate = result.quantities[name]
                found.strains.append((estimate.value - constant) / estimate.sd)
                found.sds.append(estimate.sd)
    return found


BENCHES = {"synchrotron": (SYNCHROTRON, 2e4), "few counts": (SYNCHROTRON, 2e3), "laboratory": (LABORATORY, 2e4)}
KINDS: tuple[Kind, ...] = ("solid_solution", "physical_mixture")
EVERY_RUN = {("synchrotron", "solid_solution"), ("few counts", "physical_mixture")}
"""The others are soaks: a hundred refinements take their time."""


def studies(*names: str) -> list[Any]:
    """Return the cases of these benches and both kinds."""
    return [
        pytest.param(name, kind, marks=() if (name, kind) in EVERY_RUN else pytest.mark.soak)
        for name in names
        for kind in KINDS
    ]


@pytest.mark.parametrize(("name", "kind"), studies(*BENCHES))
def test_lattice_intervals_hold_the_truth(name: str, kind: Kind) -> None:
    """Of 95 % intervals of lattice constants 90 to 99 in 100 hold what was rendered, 85 in the laboratory.

    There lines overlap, and what their true shape differs from the fitted one by moves them: of mixtures 89 held.
    """
    found = study(BENCHES[name][0], kind, BENCHES[name][1])
    strains = np.array(found.strains)
    held = float(np.mean(np.abs(strains) < 1.96))
    print(f"\n{name}, {kind}: {held:.3f} of {len(strains)} held, mean {strains.mean():.2f} sd,")
    print(f"spread {strains.std():.2f} sd,", end=" ")
    print(f"largest {np.abs(strains).max():.1f}; median sd {np.median(found.sds):.1e} Å; {dict(found.verdicts)}")
    assert len(strains) == 2 * SEEDS
    assert (0.85 if name == "laboratory" else 0.90) <= held <= 0.99


@pytest.mark.parametrize(("name", "kind"), studies("synchrotron", "few counts"))
def test_no_verdict_is_wrong_at_synchrotron_resolution(name: str, kind: Kind) -> None:
    """None of a hundred is told as the other or as neither, and at least 95 are told as what they are."""
    verdicts = study(BENCHES[name][0], kind, BENCHES[name][1]).verdicts
    assert set(verdicts) <= {kind, "unresolved"}
    assert verdicts[kind] >= 95


@pytest.mark.soak
def test_a_solid_solution_is_unresolved_in_the_laboratory() -> None:
    """All of a hundred; and no mixture is told as a solid solution."""
    verdicts = study(LABORATORY, "solid_solution", 2e4).verdicts
    assert verdicts == {"unresolved": SEEDS}
    assert set(study(LABORATORY, "physical_mixture", 2e4).verdicts) <= {"physical_mixture", "unresolved"}


@pytest.mark.soak
def test_nothing_unknown_is_claimed_where_nothing_is() -> None:
    """Of six hundred patterns without an impurity at most 1 in 100 is told to have one."""
    every = [study(bench, kind, counts).strange for bench, counts in BENCHES.values() for kind in KINDS]
    print(f"\npatterns told to have an unknown line: {every}")
    assert sum(every) <= 0.01 * SEEDS * len(every)
