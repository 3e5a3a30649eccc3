"""A hypothesis: phases that a powder may consist of, refined together, and whether each of them is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autosynth.analysis.diffraction.fit import Data, Fit, fit
from autosynth.analysis.diffraction.model import GLOBALS, Setting, setting
from autosynth.analysis.diffraction.verdict import needed
from autosynth.analysis.phases import Claim, Instrument, Phase
from autosynth.errors import AnalysisError

MOST_LINES = 400
"""Of one hypothesis: beyond the angle where it has so many they crowd, and tell little for the time they take."""


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """What is claimed, by which phases, and their fit."""

    claim: Claim
    phases: tuple[Phase, ...]
    given: Setting
    found: Fit

    @property
    def names(self) -> tuple[str, ...]:
        """Return the phases' names."""
        return tuple(one.name for one in self.phases)


def uncrowded(data: Data, every: Sequence[Sequence[Phase]], instrument: Instrument) -> Data:
    """Return the points up to where no hypothesis has more than `MOST_LINES` lines; `data` itself if none has.

    Raises:
        AnalysisError: a phase has no line in the range.
    """
    end = float(data.x_deg[-1])
    for phases in every:
        given = setting(phases, instrument, data.x_deg)
        if len(given.plane) > MOST_LINES:
            centre, _ = given.centres(np.zeros(len(given.sd)), instrument.radiation[0].angstrom)
            end = min(end, float(np.sort(centre)[MOST_LINES - 1]))
    return data if end == float(data.x_deg[-1]) else data.below(end)


def refined(claim: Claim, phases: Sequence[Phase], instrument: Instrument, data: Data) -> Hypothesis:
    """Return the phases' fit to a pattern.

    Raises:
        AnalysisError: a phase has no line in the range, there are fewer points than unknowns, or a fit is not finite.
    """
    given = setting(phases, instrument, data.x_deg)
    if len(data.y) <= len(given.plane) + len(given.sd) + GLOBALS:
        raise AnalysisError(f"{len(data.y)} points are too few for the {len(given.plane)} lines in their range")
    return Hypothesis(claim, tuple(phases), given, fit(given, data))


def absent(best: Hypothesis, instrument: Instrument, data: Data) -> tuple[str, ...]:
    """Return the phases that a hypothesis can do without."""
    if len(best.phases) == 1:
        return ()
    found: list[str] = []
    for one in best.phases:
        rest = [other for other in best.phases if other is not one]
        without = refined(best.claim, rest, instrument, data).found
        if not needed(best.found, without, len(data.y)):
            found.append(one.name)
    return tuple(found)


def besides(
    best: Hypothesis, unlisted: Fit, others: Sequence[Phase], instrument: Instrument, data: Data
) -> tuple[str, ...]:
    """Return those of other phases that are there besides the best hypothesis'.

    They are looked for where lines are left over, `unlisted` being the fit with these, and are there when one of them
    explains the pattern better than all lines left over did.
    """
    if len(unlisted.point) == len(best.found.point):
        return ()
    more = [refined(best.claim, [*best.phases, one], instrument, data).found.chi2 for one in others]
    return tuple(one.name for one, chi2 in zip(others, more, strict=True) if chi2 < unlisted.chi2)
