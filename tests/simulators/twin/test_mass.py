"""Mass spectra of the twin: ions counted, masses where they belong, one bench's scale like itself, samples gone."""

import numpy as np
import pytest

from simulators.twin.mass import CHARGE, IONS, LOCK_SHARE, Mass
from simulators.twin.nuclides import ELECTRON_DA, NUCLIDES
from simulators.twin.samples import Dissolved
from simulators.twin.twin import BenchTwin


def sample(cages: dict[str, float]) -> Dissolved:
    return Dissolved(cages, {}, 5e-3)


def shown(mass: Mass, cages: dict[str, float], **settings: object) -> tuple[np.ndarray, np.ndarray]:
    found = mass.render(sample(cages), settings)
    return np.array(found["x"]), np.array(found["y"])


CAGES, LOCK = (3893.0, 3907.0), (4029.0, 4031.0)


def within(spectrum: tuple[np.ndarray, np.ndarray], span: tuple[float, float]) -> float:
    """Return the counts from one m/z to another."""
    mz, counts = spectrum
    return float(counts[(mz > span[0]) & (mz < span[1])].sum())


def test_abundances_are_whole() -> None:
    """Each element's nuclides sum to one, lightest first."""
    for element, known in NUCLIDES.items():
        assert sum(part for _, part in known) == pytest.approx(1.0, abs=2e-4), element
        assert [mass for mass, _ in known] == sorted(mass for mass, _ in known)


def test_a_rhodium_cage_lies_where_its_mean_mass_says() -> None:
    """[Rh24 L24 + 2 Na]2+ at (7755.05 + 45.98) / 2, and the lock mass at 4030.05."""
    mz, counts = shown(Mass(np.random.default_rng(1), perturb=False), {"[Rh12L24]": 5e-6})
    near = (mz > 3880.0) & (mz < 3920.0) & (counts > 5.0)
    mean = float(mz[near] @ counts[near] / counts[near].sum())
    assert mean == pytest.approx((7755.05 + 2 * 22.98977) / CHARGE - ELECTRON_DA, abs=0.1)
    lock = (mz > 4029.0) & (mz < 4031.0)
    assert mz[lock][np.argmax(counts[lock])] == pytest.approx(4030.05, abs=0.1)


def test_ions_are_as_many_as_were_asked_for_or_as_there_are() -> None:
    """Fewer cages, fewer ions; a lock mass only where it is sprayed along; nothing makes background alone."""
    mass = Mass(np.random.default_rng(2), perturb=True)
    whole, third, nothing = (
        shown(mass, {"[Rh12L24]": amount} if amount else {}, lock_mass=False) for amount in (5e-6, 1e-6 / 3.0, 0.0)
    )
    assert within(whole, CAGES) == pytest.approx(IONS, rel=0.05)
    assert within(third, CAGES) == pytest.approx(IONS / 3.0, rel=0.05)
    assert within(shown(mass, {"[Rh12L24]": 5e-6}), LOCK) == pytest.approx(LOCK_SHARE * IONS, rel=0.1)
    assert within(whole, LOCK) < 100.0
    stray = (mass.stray_mz - 1.0, mass.stray_mz + 15.0)
    assert within(nothing, stray) == pytest.approx(mass.stray_share * IONS, abs=10.0)
    beside = (nothing[0] < stray[0]) | (nothing[0] > stray[1])
    assert nothing[1][beside].max() <= 2.0


def test_a_bench_s_scale_is_its_own_and_told() -> None:
    """Seeds differ, a seed is like itself, and truth says how far it is off."""
    scales = [Mass(np.random.default_rng(seed), perturb=True).scale_ppm for seed in range(6)]
    assert len(set(scales)) == 6
    assert Mass(np.random.default_rng(3), perturb=True).describe()["scale_ppm"] == scales[3]
    assert Mass(np.random.default_rng(3), perturb=False).scale_ppm == 0.0


def bench() -> BenchTwin:
    """Return a bench with 5 mL of rhodium units and ligand, and a mass spectrometer."""
    mixture = {"volumes_ml": {"DMA": 5.0}, "amounts_mol": {"Rh2(OAc)4": 60e-6, "H2L": 126e-6}}
    pot = {"capacity_ml": 20.0, "mixture": mixture, "reacts": True}
    device = {"model": "file_drop", "options": {"lock_mass": False, "ions": 500}}
    described = {"vessels": {"pot": pot}, "devices": {"ms": device}, "ambient_c": 90.0}
    return BenchTwin(described, np.random.default_rng(4))


def test_a_sample_of_a_liquid_leaves_its_vessel() -> None:
    """20 uL of 5 mL are gone, cages with them; what the instrument gets is fetched once."""
    twin = bench()
    task = {"do": "expose", "device": "ms", "vessel": "pot", "volume_ml": 0.02, "technique": "mass", "name": "a"}
    seen = twin.hands.do(task, 48 * 3600.0)
    assert seen["left_ml"] == pytest.approx(4.98)
    found = twin.exposure("ms", 48 * 3600.0)
    assert found is not None
    assert within((np.array(found["x"]), np.array(found["y"])), CAGES) == pytest.approx(500.0, rel=0.1)
    assert twin.exposure("ms", 48 * 3600.0) is None
    lost = twin.truth(48 * 3600.0)["lost"]["ms"]
    assert lost["volumes_ml"]["DMA"] == pytest.approx(0.02)


def test_elements_of_a_washed_sample_are_those_of_cages_alone() -> None:
    """Before anything is built there is metal in the liquid, and none once it is washed."""
    twin = bench()
    task = {"do": "expose", "device": "icp", "vessel": "pot", "volume_ml": 0.1, "technique": "composition"}
    twin.hands.do({**task, "name": "raw", "washed": False}, 1.0)
    twin.hands.do({**task, "name": "washed", "washed": True}, 2.0)
    raw, washed = twin.exposure("icp", 3.0), twin.exposure("icp", 3.0)
    assert raw is not None
    assert washed is not None
    assert raw["elements"]["Rh"] == pytest.approx(24.0, rel=0.05)
    assert washed["elements"].get("Rh", 0.0) < 0.01


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"volume_ml": 50.0}, "cannot be taken"),
        ({"technique": "infrared"}, "not measured of a liquid"),
        ({"vessel": "none"}, "no vessel"),
    ],
)
def test_what_cannot_be_sampled_is_refused(more: dict[str, object], message: str) -> None:
    """Too much, by a technique for solids, out of nothing."""
    task = {"do": "expose", "device": "ms", "vessel": "pot", "volume_ml": 0.1, "technique": "mass", "name": "a"}
    with pytest.raises(ValueError, match=message):
        bench().hands.do({**task, **more}, 1.0)
