"""Where a technique must not say how much there is of each species, and the library says why.

A mass spectrum counts ions, not what a solution held before it was sprayed: species that turn into each other in the
gas phase show a distribution of the gas phase.
"""

from collections.abc import Mapping
from typing import Protocol

from autosynth.errors import AnalysisError


class Quantified(Protocol):
    """A library that may refuse techniques."""

    @property
    def title(self) -> str:
        """Return what it is called."""
        ...

    @property
    def not_quantified_by(self) -> Mapping[str, str]:
        """Return technique and reason."""
        ...


def require_quantified(library: Quantified, technique: str) -> None:
    """Refuse to tell mole fractions by a technique that the library says does not tell them.

    Raises:
        AnalysisError: the library gives a reason against it.
    """
    reason = library.not_quantified_by.get(technique)
    if reason is not None:
        raise AnalysisError(f"{technique} does not tell how much a solution holds of {library.title}: {reason.strip()}")
