from itertools import permutations, product

import numpy as np
import pytest

from autosynth.analysis.diffraction.lattice import Index, lines, two_theta_deg, unique
from autosynth.analysis.phases import Centring, Laue, System
from autosynth.errors import AnalysisError

WAVELENGTH = 0.45411
TO_15_DEG = WAVELENGTH / (2.0 * float(np.sin(np.radians(7.5))))
PUBLISHED = {
    # lattice constants -> reflections up to 15 degrees, and some of them: h k l, d in Å, 2theta, multiplicity
    ("cubic", 26.36724, 26.36724): (127, [
        ((1, 1, 1), 15.22313, 1.70921, 8), ((2, 0, 0), 13.18362, 1.97365, 6), ((2, 2, 2), 7.61157, 3.41880, 8),
        ((4, 0, 0), 6.59181, 3.94789, 6), ((5, 1, 1), 5.07438, 5.12916, 24), ((5, 3, 1), 4.45688, 5.84038, 48),
        ((9, 3, 1), 2.76404, 9.42387, 48), ((9, 9, 1), 2.06524, 12.62384, 24), ((10, 8, 8), 1.74621, 14.94231, 24),
    ]),
    ("cubic", 26.7499, 26.7499): (131, [
        ((1, 1, 1), 15.44406, 1.68476, 8), ((2, 2, 2), 7.72203, 3.36988, 8), ((9, 5, 5), 2.33715, 11.15020, 24),
        ((13, 5, 5), 1.80759, 14.43219, 24),
    ]),
    ("tetragonal", 18.781, 26.43): (304, [
        ((1, 0, 1), 15.30941, 1.69958, 8), ((1, 1, 0), 13.28017, 1.95930, 4), ((0, 0, 2), 13.21500, 1.96896, 2),
        ((2, 1, 1), 8.00465, 3.25087, 16), ((2, 0, 2), 7.65471, 3.39953, 8), ((4, 0, 6), 3.21252, 8.10588, 8),
        ((7, 1, 4), 2.46439, 10.57283, 16), ((5, 1, 12), 1.89031, 13.79748, 16), ((7, 7, 6), 1.74244, 14.97489, 8),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("lattice", PUBLISHED)
def test_reflections_are_those_published(lattice: tuple[System, float, float]) -> None:
    """Their number, spacings, angles and multiplicities agree to the last digit of the reference list."""
    system, a, c = lattice
    found = (
        lines("cubic", "F", "m-3m", a, c, TO_15_DEG)
        if system == "cubic"
        else lines("tetragonal", "I", "4/mmm", a, c, TO_15_DEG)
    )
    told = {index: (line.spacing(a, c), count) for line in found for index, count in line.reflections}
    number, some = PUBLISHED[lattice]
    assert number == len(told)
    for index, spacing, angle, multiplicity in some:
        assert multiplicity == told[index][1]
        assert spacing == pytest.approx(told[index][0], abs=5.1e-6)
        assert angle == pytest.approx(two_theta_deg(np.array([told[index][0]]), WAVELENGTH)[0], abs=5.1e-6)


def test_one_spacing_is_one_line() -> None:
    """(333) and (511) are one line of 32 planes, whatever the cell; lines come by falling spacing."""
    found = lines("cubic", "F", "m-3m", 10.0, 10.0, 1.9)
    both = next(line for line in found if line.plane == 27)
    assert both.multiplicity == 32
    assert [index for index, _ in both.reflections] == [(3, 3, 3), (5, 1, 1)]
    assert [line.plane for line in found] == sorted(line.plane for line in found)


@pytest.mark.parametrize(("centring", "squares"), [
    ("P", [1, 2, 3, 4, 5, 6, 8, 9]), ("I", [2, 4, 6, 8, 10]), ("F", [3, 4, 8, 11]),
])  # fmt: skip
def test_centring_extinguishes(centring: Centring, squares: list[int]) -> None:
    """The sums of squares that are left of a primitive, a body-centred and a face-centred cubic cell."""
    found = [line.plane for line in lines("cubic", centring, "m-3m", 10.0, 10.0, 2.9)]
    assert [each for each in squares if each <= 11] == found[: len(squares)]


@pytest.mark.parametrize("laue", ["m-3", "m-3m", "4/m", "4/mmm"])
def test_a_laue_class_joins_what_its_rotations_join(laue: Laue) -> None:
    """Reflections have one representative exactly when an operation of the class takes one to the other."""
    every = [(h, k, l) for h, k, l in product(range(-3, 4), repeat=3)]  # noqa: E741
    signs = list(product((1, -1), repeat=3))

    def orbit(index: Index) -> set[tuple[int, ...]]:
        h, k, l = index  # noqa: E741
        if laue in ("4/m", "4/mmm"):
            turned = [(h, k), (-k, h), (-h, -k), (k, -h)]
            turned += [(b, a) for a, b in turned] if laue == "4/mmm" else []
            return {(a, b, s * l) for a, b in turned for s in (1, -1)}
        orders = permutations(index) if laue == "m-3m" else [(h, k, l), (k, l, h), (l, h, k)]
        return {tuple(s * each for s, each in zip(sign, order, strict=True)) for order in orders for sign in signs}

    groups: dict[Index, set[tuple[int, ...]]] = {}
    for index in every:
        groups.setdefault(unique(laue, index), set()).add(index)
    for name, group in groups.items():
        assert group == orbit(name)


def test_what_has_no_angle_is_refused() -> None:
    """A spacing below half the wavelength, and a lattice with millions of lines."""
    with pytest.raises(AnalysisError, match="half the wavelength"):
        two_theta_deg(np.array([0.2]), 0.5)
    with pytest.raises(AnalysisError, match="too many lines"):
        lines("cubic", "F", "m-3m", 500.0, 500.0, 0.5)
