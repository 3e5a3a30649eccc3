"""A balance: what stands on its pan, less its zero, with noise, drift, and time to come to rest.

It zeroes itself when power comes, with whatever stands on the pan then. It looks at the pan when it is asked: a mass
that has changed since it last looked has changed just now, and the reading needs its time from then on (assumed).
"""

from typing import Protocol

import numpy as np


class Pan(Protocol):
    """What a balance asks of the twin."""

    def pan_mg(self, balance: str, t_s: float) -> float:
        """Return the mass on the pan."""
        ...


class BalanceBody:
    """One balance; masses in mg."""

    def __init__(
        self, name: str, twin: Pan, rng: np.random.Generator, readability_mg: float, noise_mg: float, settle_s: float
    ) -> None:
        self._name = name
        self._twin = twin
        self._rng = rng
        self._readability_mg = readability_mg
        self._noise_mg = noise_mg
        self._settle_s = settle_s
        self._zero_mg = 0.0
        self._seen_mg: float | None = None
        self._steady_s = 0.0
        self._unsteady_until_s = 0.0
        self._drift = (0.0, 0.0)

    def true_mg(self, t_s: float, falling_mg: float = 0.0) -> float:
        """Return what is on the pan, with what has fallen of a dosing under way, less the zero."""
        return self._twin.pan_mg(self._name, t_s) + falling_mg - self._zero_mg

    def shown_mg(self, t_s: float, falling_mg: float = 0.0) -> float:
        """Return what is displayed: noisier while it is not at rest."""
        since_s, per_h = self._drift
        mass_mg = self.true_mg(t_s, falling_mg) + per_h * (t_s - since_s) / 3600.0
        noise_mg = self._noise_mg * (1.0 if t_s >= self.steady_at_s(t_s) else 10.0)
        mass_mg += noise_mg * float(self._rng.standard_normal())
        return round(mass_mg / self._readability_mg) * self._readability_mg

    def steady_at_s(self, t_s: float) -> float:
        """Return from when on the reading is stable if nothing more happens."""
        mass_mg = self._twin.pan_mg(self._name, t_s)
        if self._seen_mg is not None and abs(mass_mg - self._seen_mg) > self._readability_mg:
            self.disturb(t_s)
        self._seen_mg = mass_mg
        return max(self._steady_s, self._unsteady_until_s)

    def disturb(self, t_s: float) -> None:
        """Let the reading need its time to come to rest from now."""
        self._steady_s = t_s + self._settle_s

    def shake(self, t_s: float, for_s: float) -> None:
        """Let the reading be unsteady for so long."""
        self._unsteady_until_s = t_s + for_s

    def drift(self, t_s: float, per_h: float) -> None:
        """Let it show so many mg more every hour from now on."""
        self._drift = (t_s, per_h)

    def zero(self, t_s: float) -> None:
        """Make what is on the pan the zero, and forget the drift so far."""
        self._zero_mg += self.true_mg(t_s)
        self._drift = (t_s, self._drift[1])
