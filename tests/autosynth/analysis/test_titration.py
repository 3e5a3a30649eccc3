from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.analysis.binding import balanced, composition
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.nmr import analyse
from autosynth.analysis.titration import TitrationPoint, TitrationVerdict, judge_titration
from autosynth.errors import AnalysisError
from tests.autosynth.analysis.nmr.rendering import blocks, drawn, pom_b

LIGAND_MOL_L = 5e-3
DOSES = np.arange(0.0, 1.25, 0.1)
NAMES = ("L", "ML", "ML2")


def equilibrium(metal_mol_l: float, ligand_mol_l: float, k1: float, k2: float) -> tuple[float, float, float]:
    """Return the ligand's fractions by bisection of the mass balance, without the analyser's way to solve it."""
    low, high = 0.0, ligand_mol_l
    for _ in range(200):
        free = (low + high) / 2.0
        ion = metal_mol_l / (1.0 + k1 * free + k1 * k2 * free**2)
        bound = k1 * ion * free + 2.0 * k1 * k2 * ion * free**2
        low, high = (free, high) if free + bound < ligand_mol_l else (low, free)
    ion = metal_mol_l / (1.0 + k1 * free + k1 * k2 * free**2)
    return free / ligand_mol_l, k1 * ion * free / ligand_mol_l, 2.0 * k1 * k2 * ion * free**2 / ligand_mol_l


def constants(metal: str, rng: np.random.Generator) -> tuple[float, float]:
    """Draw the binding constants (per M) of a lanthanide or of zinc."""
    if metal == "Ln":
        return 10.0 ** rng.uniform(7.0, 9.0), 10.0 ** rng.uniform(3.0, 4.0)
    return 10.0 ** rng.uniform(5.0, 7.0), 10.0 ** rng.uniform(-0.5, 0.5)


def titrated(metal: str, seed: int, sd: float = 0.015) -> tuple[list[TitrationPoint], float]:
    """Return the points of a titration as an analysis with this uncertainty tells them, and its true end point."""
    rng = np.random.default_rng((seed, metal == "Ln"))
    k1, k2 = constants(metal, rng)
    strength = 1.0 + rng.normal(0.0, 0.01)
    points = []
    for dose in DOSES:
        given_eq = max(dose * strength + (rng.normal(0.0, 0.004) if dose else 0.0), 0.0)
        true = equilibrium(given_eq * LIGAND_MOL_L, LIGAND_MOL_L, k1, k2)
        seen = np.abs(np.array(true) + rng.normal(0.0, sd, 3))
        fractions = {name: Estimate(float(value), sd, "1") for name, value in zip(NAMES, seen, strict=True)}
        points.append(TitrationPoint(Estimate(float(dose), 0.004 + 0.01 * float(dose), "eq"), fractions))
    return points, 1.0 / strength


@lru_cache(maxsize=4)
def verdicts(metal: str) -> Sequence[tuple[TitrationVerdict, float]]:
    cases = (titrated(metal, seed) for seed in range(100))
    return [(judge_titration(points), end) for points, end in cases]


@pytest.mark.parametrize(("metal", "label"), [("Ln", "two plateaus"), ("Zn", "one straight segment")])
def test_a_hundred_titrations_are_never_mistaken(metal: str, label: str) -> None:
    """Of a hundred titrations none is given the wrong shape and at most five are left undecided."""
    labels = [verdict.label for verdict, _ in verdicts(metal)]
    assert set(labels) <= {label, "undecided"}
    assert labels.count("undecided") <= 5


def test_a_lanthanide_ends_at_one_equivalent() -> None:
    """The end point of every lanthanide titration is 1.00 within 0.05, and its interval holds the true one."""
    ends = [(verdict.end_point, true) for verdict, true in verdicts("Ln")]
    assert max(abs(end.value - 1.0) for end, _ in ends) < 0.05
    assert float(np.mean([abs(end.value - true) < 1.96 * end.sd for end, true in ends])) >= 0.9


def test_the_plateaus_are_named_where_they_are() -> None:
    """A lanthanide's ML2 is most at half of the end point and ML at the end; zinc has only the latter."""
    verdict, _ = verdicts("Ln")[0]
    half, whole = verdict.plateaus
    assert (half.species, whole.species) == ("ML2", "ML")
    assert half.equivalents.value == pytest.approx(verdict.end_point.value / 2.0)
    assert 0.5 < half.fraction < 0.85
    assert whole.fraction > 0.9
    assert [plateau.species for plateau in verdicts("Zn")[0][0].plateaus] == ["ML"]


def test_segments_have_the_corners_of_the_courses() -> None:
    """Each course is drawn from no metal over half of the end point to the last dose, and they sum to one."""
    verdict, _ = verdicts("Ln")[1]
    places = [place for place, _ in verdict.segments["L"]]
    assert places == pytest.approx([0.0, verdict.end_point.value / 2.0, verdict.end_point.value, 1.2], abs=0.02)
    for corner in range(4):
        assert sum(verdict.segments[name][corner][1] for name in NAMES) == pytest.approx(1.0)


def test_what_lies_between_the_shapes_is_left_undecided() -> None:
    """With a second constant between those of the two shapes and few points, no shape is named, nor plateaus."""
    points = []
    for dose in (0.0, 0.3, 0.6, 1.0):
        true = equilibrium(dose * LIGAND_MOL_L, LIGAND_MOL_L, 1e8, 80.0)
        fractions = {name: Estimate(value, 0.06, "1") for name, value in zip(NAMES, true, strict=True)}
        points.append(TitrationPoint(Estimate(dose, 0.02, "eq"), fractions))
    verdict = judge_titration(points)
    assert (verdict.label, verdict.plateaus) == ("undecided", ())
    assert abs(verdict.evidence) < 3.0


def test_nonsense_is_called_neither() -> None:
    """Courses that no binding gives are not forced into a shape, however sharp the numbers are."""
    points, _ = titrated("Ln", 3)
    swapped = [
        replace(
            point, fractions={"L": point.fractions["ML"], "ML": point.fractions["L"], "ML2": point.fractions["ML2"]}
        )
        for point in points
    ]
    verdict = judge_titration(swapped)
    assert verdict.label == "undecided"
    assert "neither shape describes the points" in verdict.reason


def test_an_end_beyond_the_last_dose_is_told() -> None:
    """A titration that stops early keeps its shape, has a wider end point, and says that it was not reached."""
    points, _ = titrated("Zn", 5, 0.01)
    short = judge_titration([point for point in points if point.equivalents.value < 0.55])
    assert "beyond the last dose of 0.50 eq" in short.reason
    assert short.end_point.sd > judge_titration(points).end_point.sd
    assert abs(short.end_point.value - 1.0) < 3.0 * short.end_point.sd


def test_points_may_come_in_any_order_and_under_other_names() -> None:
    """Neither the order of points nor the names of species change what is found."""
    points, _ = titrated("Ln", 7)
    names = {"L": "a", "ML": "b", "ML2": "c"}
    renamed = [replace(p, fractions={names[name]: each for name, each in p.fractions.items()}) for p in points[::-1]]
    assert judge_titration(renamed, "a", "b", "c").end_point == judge_titration(points).end_point


def changed(points: Sequence[TitrationPoint], fractions: Mapping[str, Estimate]) -> list[TitrationPoint]:
    return [*points[:-1], replace(points[-1], fractions=fractions)]


@pytest.mark.parametrize(
    ("fractions", "complaint"),
    [
        ({"L": Estimate(0.1, 0.01, "1"), "ML": Estimate(0.9, 0.01, "1")}, "at 1.2 eq nothing is known of ML2"),
        (dict.fromkeys(NAMES, Estimate(0.0, 0.01, "1")), "none of L, ML, ML2 holds any ligand"),
        (dict.fromkeys(NAMES, Estimate(float("nan"), 0.01, "1")), "not finite"),
    ],
)
def test_points_that_cannot_be_judged_are_refused(fractions: Mapping[str, Estimate], complaint: str) -> None:
    """A missing species, no ligand at all and values that are none are told apart."""
    with pytest.raises(AnalysisError, match=complaint):
        judge_titration(changed(titrated("Zn", 1)[0], fractions))


def test_three_points_are_too_few() -> None:
    """Nothing is judged from three points."""
    with pytest.raises(AnalysisError, match="4 points or more, there are 3"):
        judge_titration(titrated("Zn", 1)[0][:3])


@settings(deadline=None)
@given(st.floats(1.0, 8.0), st.floats(-5.0, 3.0), st.floats(0.0, 2.0))
def test_composition_keeps_the_balances(first: float, second: float, dose: float) -> None:
    """Ligand sums to one, and free and bound metal to what was dosed, at any constants."""
    k1, k2 = 10.0**first, 10.0**second
    free, single, double = composition(np.array([dose]), 1.0, k1, k2)[0]
    assert free + single + double == pytest.approx(1.0)
    assert single / (k1 * free) + single + double / 2.0 == pytest.approx(dose, rel=1e-6, abs=1e-9)
    assert double == pytest.approx(2.0 * k2 * free * single, rel=1e-6, abs=1e-12)


@settings(deadline=None)
@given(st.floats(2.0, 7.0), st.floats(-4.0, 2.0), st.floats(0.01, 1.9))
def test_derivatives_of_the_composition_are_its_slopes(first: float, second: float, dose: float) -> None:
    """By ln of end point and constants, each analytic derivative agrees with a central difference."""
    logs = np.log([1.0, 10.0**first, 10.0**second])
    analytic = balanced(np.array([dose]), 10.0**first, 10.0**second)[1][0]
    for place in range(3):
        step = 1e-4 * (np.arange(3) == place)
        above, below = (composition(np.array([dose]), *np.exp(logs + sign * step))[0] for sign in (1.0, -1.0))
        assert np.allclose((above - below) / 2e-4, analytic[:, place], atol=1e-5)


def spectra(metal: str, seed: int) -> list[TitrationPoint]:
    """Return a titration from the spectra of eleven samples on one bench."""
    library = pom_b()
    stage, first = ("lanthanide", "LnML") if metal == "Ln" else ("zinc", "ZnML")
    rng = np.random.default_rng((seed, metal == "Ln"))
    bench, (k1, k2) = drawn(rng, library), constants(metal, rng)
    points = []
    for dose in DOSES[:-2]:
        true = equilibrium(dose * LIGAND_MOL_L, LIGAND_MOL_L, k1, k2)
        sample = blocks(bench, library, dict(zip(("L", first, "ML2"), true, strict=True)), rng, 4)
        found = analyse(sample, library, [stage]).quantities
        points.append(TitrationPoint(Estimate(float(dose), 0.004 + 0.01 * float(dose), "eq"), found))
    return points


def judged_from_spectra(seeds: Sequence[int]) -> None:
    undecided = 0
    for metal, first, label in (("Ln", "LnML", "two plateaus"), ("Zn", "ZnML", "one straight segment")):
        for seed in seeds:
            verdict = judge_titration(spectra(metal, seed), first=first)
            assert verdict.label in (label, "undecided"), (metal, seed, verdict.reason)
            undecided += verdict.label == "undecided"
            if verdict.label == "two plateaus":
                assert abs(verdict.end_point.value - 1.0) < 0.05
    assert undecided <= 0.05 * 2 * len(seeds)


@pytest.mark.coverage_study
def test_spectra_of_titrations_are_judged_right() -> None:
    """From rendered decays to the verdict, a few titrations of each kind."""
    judged_from_spectra(range(3))


@pytest.mark.soak
@pytest.mark.coverage_study
@pytest.mark.timeout(3600)
def test_spectra_of_a_hundred_titrations_are_judged_right() -> None:
    """The same for a hundred of each kind."""
    judged_from_spectra(range(100))
