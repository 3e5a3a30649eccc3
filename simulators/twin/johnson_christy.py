"""Refractive index and extinction of silver and gold (Johnson and Christy, Phys. Rev. B 1972, 6, 4370).

Photon energies in eV; the tables are those in common use (CC0 at refractiveindex.info), from 1.26 to 5.36 eV.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.interpolate import Akima1DInterpolator

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
ENERGY_EV = (
    "1.26 1.39 1.51 1.64 1.76 1.88 2.01 2.14 2.26 2.38 2.50 2.63 2.75 2.88 3.00 3.12 3.25 3.37 3.50 3.62 3.74 3.87 "
    "3.99 4.12 4.24 4.36 4.49 4.61 4.74 4.86 4.98 5.11 5.23 5.36"
)
_N = {
    "Au": "0.22 0.17 0.16 0.14 0.13 0.14 0.21 0.29 0.43 0.62 1.04 1.31 1.38 1.45 1.46 1.47 1.46 1.48 1.50 1.48 1.48 "
    "1.54 1.53 1.53 1.49 1.47 1.43 1.38 1.35 1.33 1.33 1.32 1.32 1.30",
    "Ag": "0.04 0.04 0.04 0.03 0.04 0.05 0.06 0.05 0.06 0.05 0.05 0.05 0.04 0.04 0.05 0.05 0.05 0.07 0.10 0.14 0.17 "
    "0.81 1.13 1.34 1.39 1.41 1.41 1.38 1.35 1.33 1.31 1.30 1.28 1.28",
}
_K = {
    "Au": "6.350 5.663 5.083 4.542 4.103 3.697 3.272 2.863 2.455 2.081 1.833 1.849 1.914 1.948 1.958 1.952 1.933 1.895 "
    "1.866 1.871 1.883 1.898 1.893 1.889 1.878 1.869 1.847 1.803 1.749 1.688 1.631 1.577 1.536 1.497",
    "Ag": "6.992 6.312 5.727 5.242 4.838 4.483 4.152 3.858 3.586 3.324 3.093 2.869 2.657 2.462 2.275 2.070 1.864 1.657 "
    "1.419 1.142 0.829 0.392 0.616 0.964 1.161 1.264 1.331 1.372 1.387 1.393 1.389 1.378 1.367 1.357",
}


def _numbers(text: str) -> Array:
    return np.array([float(word) for word in text.split()])


ENERGIES = _numbers(ENERGY_EV)
INDEX: Mapping[str, Complex] = MappingProxyType({metal: _numbers(_N[metal]) + 1j * _numbers(_K[metal]) for metal in _N})


def _columns(values: Complex) -> Array:
    return np.column_stack([values.real, values.imag])


_CURVES = {metal: Akima1DInterpolator(ENERGIES, _columns(index**2)) for metal, index in INDEX.items()}
"""Smooth between the table's energies, without overshoot: a plasmon has no kinks."""


def permittivity(metal: str, energy_ev: Array) -> Complex:
    """Return the complex permittivity of bulk silver ("Ag") or gold ("Au"); beyond the table its ends are held."""
    inside = np.clip(energy_ev, ENERGIES[0], ENERGIES[-1])
    found = _CURVES[metal](inside)
    return np.asarray(found[..., 0] + 1j * found[..., 1])
