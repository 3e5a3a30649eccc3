"""A valve that follows a set-point: first order in time, and nothing flows when the supply is gone.

The time constant is assumed (makers state 50 to 200 ms to within a few per cent). It refuses to know what is swept.
"""

from math import exp, inf


class FlowBody:
    """The flow through one controller, in the instrument's own units."""

    def __init__(self, tau_s: float) -> None:
        self._tau_s = tau_s
        self._target = 0.0
        self._from = (0.0, 0.0)
        """Time and flow when what it follows last changed."""
        self._dry_until_s = -inf

    @property
    def target(self) -> float:
        """Return the set-point."""
        return self._target

    def flow(self, t_s: float) -> float:
        """Return the flow at a time that is not before the last change."""
        since_s, then = self._from
        level = 0.0 if t_s < self._dry_until_s else self._target
        return level + (then - level) * exp(-(t_s - since_s) / self._tau_s)

    def follow(self, t_s: float, target: float) -> None:
        """Follow a new set-point from now on."""
        self._from = (t_s, self.flow(t_s))
        self._target = target

    def lose_supply(self, t_s: float, for_s: float) -> None:
        """Let no gas come for so long; what flows dies away as a closed valve's flow does."""
        self._from = (t_s, self.flow(t_s))
        self._dry_until_s = t_s + for_s

    def advance(self, t_s: float) -> float | None:
        """Let the supply come back by `t_s`; return when it will, None when it is there or gone for good."""
        back_s = self._dry_until_s
        if back_s <= t_s and back_s != -inf:
            since_s, then = self._from
            self._from = (back_s, then * exp(-(back_s - since_s) / self._tau_s))
            self._dry_until_s = -inf
        return self._dry_until_s if t_s < self._dry_until_s < inf else None
