"""The next feed toward a target composition, of two units that share the sites of an assembly.

Where one unit is taken up r times as readily as the other, the logits of what is fed and of what is found in the
product differ by log r, whatever the feed. So the feed's logit has to move by as much as the product's is off; if r
is constant one step is enough, and no r has to be known.
"""

from math import exp, log

from autosynth.analysis.estimate import Estimate
from autosynth.errors import AnalysisError


def next_feed(feed: float, measured: Estimate, target: float, sites: int) -> Estimate:
    """Return the part of the second unit to feed next, with the standard uncertainty that the measurement gives it.

    logit f' = logit f + logit(target / sites) - logit(measured / sites).

    Args:
        feed: the part of the second unit among what was fed, between 0 and 1.
        measured: mean number of sites with the second unit that was found.
        target: the mean that is wanted.
        sites: how many there are.

    Raises:
        AnalysisError: feed, measured value or target is not between its limits, where no logit exists.
    """
    for name, part in (("feed", feed), ("measured", measured.value / sites), ("target", target / sites)):
        if not 0.0 < part < 1.0:
            raise AnalysisError(f"{name} is all of one unit ({part:.3g}): there is no next feed to be told from it")
    found = measured.value / sites
    power = _logit(feed) + _logit(target / sites) - _logit(found)
    part = 1.0 / (1.0 + exp(-power))
    sd = part * (1.0 - part) * measured.sd / (sites * found * (1.0 - found))
    return Estimate(part, sd, "1")


def _logit(part: float) -> float:
    return log(part) - log(1.0 - part)
