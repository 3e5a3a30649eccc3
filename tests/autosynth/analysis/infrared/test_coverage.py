"""Do intervals hold the truth over perturbed bands, and is nothing told as a limit? Rendered by a separate model."""

from functools import lru_cache

import numpy as np

from autosynth.analysis.infrared import BandResult, analyse
from tests.autosynth.analysis.infrared.rendering import drawn, library, rendered

LIBRARY = library()
SEEDS = 60


def sample(seed: int, alpha: float, acid: float) -> BandResult:
    """Return the analysis of an aliquot by the ratio of one before the reaction, both of one instrument."""
    rng = np.random.default_rng((11, seed))
    bench = drawn(rng, LIBRARY)
    before = analyse(rendered(bench, rng, alpha=0.0), LIBRARY)
    return analyse(rendered(bench, rng, alpha=alpha, acid=acid), LIBRARY, (), before.quantities["ratio_1725_1426"])


@lru_cache(maxsize=1)
def finished() -> list[BandResult]:
    """Return samples without residual, a third of them washed."""
    return [sample(seed, 1.0, (0.0, 1.0, 8.0)[seed % 3]) for seed in range(SEEDS)]


def test_intervals_hold_the_truth() -> None:
    """Of 60 spectra at any conversion, with any acid, 95 % intervals hold residual and acid at least 55 times."""
    hits: list[bool] = []
    acids: list[bool] = []
    claims = 0
    for seed in range(SEEDS):
        alpha, left = np.random.default_rng((12, seed)).uniform(0.0, 1.0, 2)
        acid = 8.0 * float(alpha * left)
        found = sample(seed, float(alpha), acid)
        for truth, name, kept in ((1.0 - alpha, "residual_frac", hits), (acid / 4.0, "acid_frac", acids)):
            low, high = found.quantities[name].interval()
            kept.append(low <= truth <= high)
        claims += bool(found.unknown)
    print(f"\nresidual {np.mean(hits):.3f}, acid {np.mean(acids):.3f}, unknown claimed {claims} of {SEEDS}")
    assert sum(hits) >= 55
    assert sum(acids) >= 54
    assert claims <= 1


def test_nothing_left_is_told_as_a_limit() -> None:
    """At full conversion at most 3 of 60 spectra claim a residual; limits hold and lie near the detection limit."""
    found = [each.quantities for each in finished()]
    claimed = sum(each["residual_frac"].upper_bound is None for each in found)
    limits = [each["residual_frac"].upper_bound or 0.0 for each in found]
    detection = [each["detection_limit"].value for each in found]
    print(f"\nclaimed {claimed}, limit {np.median(limits):.4f}, detection limit {np.median(detection):.4f}")
    assert claimed <= 3
    assert 0.0005 < float(np.median(detection)) < 0.005
    assert float(np.median(limits)) < 1.5 * float(np.median(detection))


def test_what_lies_at_the_detection_limit_is_found() -> None:
    """Twice the detection limit of a washed sample is above zero by its interval at least 19 times in 20."""
    limit = float(np.median([each.quantities["detection_limit"].value for each in finished()[::3]]))
    found = [sample(seed, 1.0 - 2.0 * limit, 0.0).quantities["residual_frac"] for seed in range(SEEDS)]
    assert sum(each.upper_bound is None for each in found) >= 57
