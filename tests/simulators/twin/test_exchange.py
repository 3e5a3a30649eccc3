"""Intercluster exchange against its invariants E1 to E10, and against the published distributions."""

import csv
from math import comb
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.chemistry import Reaction
from simulators.twin.cluster_lines import J_109AG_HZ, SILVER_RATIO, silver_coupling
from simulators.twin.exchange import (
    CHEMISTRY,
    FREE_ENERGY_RT,
    METALS,
    SERIES,
    broadening_hz,
    cluster,
    equilibrium,
    hopping,
    swap_rate,
)
from simulators.twin.kinetics import Kinetics

Array = npt.NDArray[np.float64]
TABLE_2 = Path(__file__).parent / "data" / "table2_ratios.csv"
KINETICS = Kinetics(CHEMISTRIES)
SILVER = np.arange(METALS + 1)
COUNTS = range(METALS + 1)
PARTS = {species.name: species.parts for species in CHEMISTRY.species}


def solution(fractions: Array, total_mol: float = 1e-5, series: str = "Se") -> Array:
    """Return amounts of one millilitre with so much cluster in all, 10 mM if nothing is said."""
    amounts = np.zeros(len(KINETICS.species))
    for silver, part in enumerate(fractions):
        amounts[KINETICS.index[cluster(series, silver)]] = part * total_mol
    return amounts


def fractions(amounts: Array, series: str = "Se") -> Array:
    found = np.array([amounts[KINETICS.index[cluster(series, silver)]] for silver in COUNTS])
    return np.asarray(found / found.sum())


def mixed(copper_to_silver: float) -> Array:
    """Return the mole fractions of Cu7 and Ag7 as mixed."""
    ends = np.zeros(METALS + 1)
    ends[0], ends[METALS] = copper_to_silver / (1.0 + copper_to_silver), 1.0 / (1.0 + copper_to_silver)
    return ends


def after(start: Array, t_s: float, total_mol: float = 1e-5) -> Array:
    return fractions(KINETICS.react(solution(start, total_mol), 1e-3, None, t_s))


def published() -> dict[str, Array]:
    """Return the table's columns by ratio, rows Cu7, Cu6Ag .. Cu3Ag4, the merged peak and Ag7, as parts of one."""
    rows = csv.DictReader(line for line in TABLE_2.read_text().splitlines() if not line.startswith("#"))
    table = list(rows)
    names = [name for name in table[0] if name.startswith("Cu7:Ag7=")]
    return {name.partition("=")[2]: np.array([float(row[name] or 0.0) / 100.0 for row in table]) for name in names}


def merged(p: Array) -> Array:
    return np.array([*p[:5], p[5] + p[6], p[7]])


@pytest.mark.parametrize("reaction", CHEMISTRY.reactions, ids=lambda r: r.name)
def test_every_swap_balances_and_moves_one_metal(reaction: Reaction) -> None:
    """E1, E4: metals, hydride and ligands are kept, and no cluster changes by more than one silver atom."""
    before, made = ([PARTS[name] for name in side] for side in (reaction.reactants, reaction.products))
    for part in ("Ag", "Cu", "H", "Se2P(OiPr)2", "S2P(OiPr)2"):
        assert sum(p.get(part, 0) for p in before) == sum(p.get(part, 0) for p in made)
    for old, new in zip(before, made, strict=True):
        assert abs(new.get("Ag", 0) - old.get("Ag", 0)) == 1


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8).filter(lambda w: sum(w) > 0.1),
    st.floats(1.0, 600.0),
    st.sampled_from(SERIES),
)
def test_exchange_keeps_metals_and_clusters(weights: list[float], t_s: float, series: str) -> None:
    """E1: silver and the number of clusters are the same to one part in 10^10 after any time, whatever was mixed."""
    start = solution(np.array(weights), series=series)
    end = KINETICS.react(start, 1e-3, None, t_s)
    assert end.sum() == pytest.approx(start.sum(), rel=1e-10)
    ours = [KINETICS.index[cluster(series, i)] for i in COUNTS]
    assert end[ours] @ SILVER == pytest.approx(start[ours] @ SILVER, rel=1e-10, abs=1e-18)
    assert end.min() > -1e-14


def test_detailed_balance_is_exact_for_every_pair() -> None:
    """E2: forward over reverse is the Boltzmann factor times the number of isomers, for all swaps."""
    state = [comb(METALS, i) * np.exp(-g) for i, g in enumerate(FREE_ENERGY_RT)]
    for gains in range(METALS):
        for loses in range(1, METALS + 1):
            forward, back = swap_rate(gains, loses), swap_rate(loses - 1, gains + 1)
            ratio = state[gains + 1] * state[loses - 1] / (state[gains] * state[loses])
            assert forward / back == pytest.approx(ratio, rel=1e-12)


def test_the_end_does_not_depend_on_the_start() -> None:
    """E3: Cu7 with Ag7, Cu4Ag3 with its like, and all eight at once end at one distribution, that of the formula."""
    mean = 3.0
    ends = np.zeros(8)
    ends[0], ends[7] = 1.0 - mean / 7.0, mean / 7.0
    one = np.eye(8)[3]
    flat = np.array([comb(7, i) * (mean / 7) ** i * (1 - mean / 7) ** (7 - i) for i in SILVER])
    for start in (ends, one, flat):
        assert after(start, 3600.0) == pytest.approx(equilibrium(mean), abs=1e-7)


def test_cross_peaks_grow_with_the_power_of_the_distance_and_as_observed() -> None:
    """E4: P_ij ~ tau^|i-j|; after 0.4 s of mixing Ag7 has a cross peak of 10 % to CuAg6 and none one can see beyond."""
    p = equilibrium(3.5)
    rates = hopping({i: 0.01 * float(p[i]) for i in range(8)})
    early, later = expm(1e-3 * rates), expm(2e-3 * rates)
    for steps in (1, 2, 3):
        assert np.log2(later[7, 7 - steps] / early[7, 7 - steps]) == pytest.approx(steps, abs=0.01)
    short, long = expm(0.4 * rates), expm(0.8 * rates)
    assert short[7, 6] / short[7, 7] == pytest.approx(0.101, abs=0.001)
    assert short[7, 5] / short[7, 7] == pytest.approx(0.0044, abs=0.0001)
    assert long[7, 5] / long[7, 7] == pytest.approx(0.018, abs=0.001)


def test_more_silver_fed_gives_more_of_the_silver_rich_clusters() -> None:
    """E5: the mean follows the feed, Ag7 rises and Cu7 falls all along it."""
    table = np.array([equilibrium(mean) for mean in np.linspace(0.2, 6.8, 34)])
    assert (np.diff(table @ SILVER) > 0).all()
    assert (np.diff(table[:, 7]) > 0).all()
    assert (np.diff(table[:, 0]) < 0).all()


def test_free_energy_only_falls() -> None:
    """E6: sum n (g + ln p - ln C(7,i)) never rises while a mixture exchanges."""
    counts = np.array([comb(METALS, i) for i in SILVER])

    def energy(p: Array) -> float:
        there = p > 0
        return float(np.sum(p[there] * (np.array(FREE_ENERGY_RT)[there] + np.log(p[there] / counts[there]))))

    course = [energy(after(mixed(1.0), t_s)) for t_s in (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)]
    assert (np.diff(course) < 1e-9).all()
    assert course[0] - course[-1] > 1.0


def test_published_distributions_are_reproduced() -> None:
    """E7: mixed as nominally fed and left for an hour: within 7 points in each cell, 2.5 points rms in all."""
    found, known = [], []
    for ratio, column in published().items():
        copper, silver = (float(each) for each in ratio.split(":"))
        found.append(merged(after(mixed(copper / silver), 3600.0)))
        known.append(column)
    off = 100.0 * (np.array(found) - np.array(known))
    assert np.abs(off).max() < 7.0
    assert float(np.sqrt(np.mean(off**2))) < 2.5


def test_the_copper_rich_side_is_ordered_and_the_silver_rich_side_is_not() -> None:
    """E8: the variance is 0.44 of a binomial's at Cu:Ag 6:1, and 1.01 of it at 1:6."""
    for ratio, dispersion in ((6.0, 0.44), (1.0 / 6.0, 1.01)):
        p = after(mixed(ratio), 3600.0)
        mean = float(p @ SILVER)
        variance = float(p @ (SILVER - mean) ** 2)
        assert variance / (mean * (1.0 - mean / METALS)) == pytest.approx(dispersion, abs=0.01)
        assert p.sum() == pytest.approx(1.0, abs=1e-12)


def _settles_s(total_mol: float) -> float:
    """Return when 99 % of the way to equilibrium is behind a 1:1 mixture."""
    goal, begin = equilibrium(3.5), mixed(1.0)
    far = float(np.abs(begin - goal).sum())
    low, high = 0.0, 3600.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        left = float(np.abs(after(begin, middle, total_mol) - goal).sum()) / far
        low, high = (middle, high) if left > 0.01 else (low, middle)
    return high


def test_it_is_over_within_minutes_and_twice_as_fast_at_twice_the_concentration() -> None:
    """E9: 10 mM takes 25 s to 99 %, 5 mM twice that, both far below ten minutes."""
    ten, five = _settles_s(1e-5), _settles_s(5e-6)
    assert ten == pytest.approx(25.0, abs=1.0)
    assert five / ten == pytest.approx(2.0, rel=0.01)


def test_warmth_speeds_exchange_up_and_moves_no_equilibrium() -> None:
    """Arrhenius with 55 kJ/mol, and the same end."""
    start = solution(mixed(1.0))
    cold, warm = (fractions(KINETICS.react(start, 1e-3, None, 2.0, kelvin)) for kelvin in (298.15, 308.15))
    factor = np.exp(-55e3 / 8.314462618 * (1 / 308.15 - 1 / 298.15))
    assert warm == pytest.approx(after(mixed(1.0), 2.0 * factor), abs=1e-6)
    assert cold[0] > warm[0]


def test_couplings_to_the_isotopes_have_the_ratio_of_their_moments() -> None:
    """E10: J to 109Ag is 1.1496 times J to 107Ag; two silver atoms give the second moment that their sum says."""
    coupling = silver_coupling(2, J_109AG_HZ[2])
    (p7, j7), (p9, j9) = coupling.isotopes
    assert j9 / j7 == pytest.approx(SILVER_RATIO, rel=1e-12)
    t_s = np.array([0.0, 1e-6])
    second = 2.0 * (1.0 - float(coupling.modulation(t_s)[1])) / (2.0 * np.pi * 1e-6) ** 2
    assert second == pytest.approx(2 / 4 * (p7 * j7**2 + p9 * j9**2), rel=1e-3)
    assert second == pytest.approx(1961.4, abs=5.0)


def test_exchange_broadens_by_the_rate_of_leaving() -> None:
    """At 10 mM each line gains some 0.1 Hz, at twice the concentration twice that; a cluster alone gains nothing."""
    p = equilibrium(3.5)
    wide = broadening_hz({cluster("Se", i): 0.01 * float(p[i]) for i in range(8)})
    wider = broadening_hz({cluster("Se", i): 0.02 * float(p[i]) for i in range(8)})
    assert all(0.05 < wide[cluster("Se", i)] < 0.4 for i in range(8))
    assert wider["Cu4Ag3(Se)"] == pytest.approx(2.0 * wide["Cu4Ag3(Se)"])
    assert broadening_hz({"Ag7(S)": 0.01})["Ag7(S)"] == 0.0
