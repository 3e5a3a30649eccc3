"""The next feed toward a target composition, of two units that share the sites of an assembly.

Where one unit is taken up r times as readily as the other, x / (n - x) = r f / (1 - f) on n sites from the part f in
the feed: the logits of what is fed and of what is found differ by ln r, whatever the feed. One measurement tells r, and
the next feed is `logit f' = logit f + logit(x_target / n) - logit(x / n)`, right at once if r is constant (closed form
for n = 12 by the dossier on heterometallic cages). Campaigns step their feeds by these functions, too.
"""

from math import exp, log

from autosynth.analysis.estimate import Estimate
from autosynth.errors import AnalysisError

EVEN = Estimate(0.0, 0.0, "")
"""ln r of two units that are taken up alike: what is assumed where nothing has been measured."""


def logit(part: float, what: str) -> float:
    """Return ln(f / (1 - f)).

    Raises:
        AnalysisError: `part` is not between 0 and 1, both excluded; `what` says of what it is.
    """
    if not 0.0 < part < 1.0:
        raise AnalysisError(f"{what} is all of one unit ({part:.3g}): there is no next feed to be told from it")
    return log(part / (1.0 - part))


def fraction(value: float) -> float:
    """Return the fraction that has this logit."""
    return 1.0 / (1.0 + exp(-value)) if value >= 0.0 else exp(value) / (1.0 + exp(value))


def uptake(feed: float, measured: Estimate, sites: float) -> Estimate:
    """Return ln r of the second unit over the first, as one product tells it.

    Args:
        feed: the part of the second unit among what was fed, between 0 and 1.
        measured: mean number of sites with the second unit that was found.
        sites: how many there are.

    Raises:
        AnalysisError: feed or measured value is all of one unit, where no logit exists.
    """
    found = measured.value / sites
    value = logit(found, "the measured product") - logit(feed, "the feed")
    return Estimate(value, measured.sd / (sites * found * (1.0 - found)), "")


def feed_for(target: float, sites: float, taken: Estimate) -> Estimate:
    """Return the part of the second unit to feed for a mean of `target` of `sites`, where ln r is `taken`.

    Raises:
        AnalysisError: the target is all of one unit.
    """
    part = fraction(logit(target / sites, "the target") - taken.value)
    return Estimate(part, part * (1.0 - part) * taken.sd, "1")


def promised(target: float, sites: float, taken: Estimate) -> Estimate:
    """Return the mean that the feed for a target promises: the target, as surely as ln r is known."""
    part = target / sites
    return Estimate(target, sites * part * (1.0 - part) * taken.sd, "")


def next_feed(feed: float, measured: Estimate, target: float, sites: float) -> Estimate:
    """Return the part of the second unit to feed next, with the standard uncertainty that the measurement gives it.

    Raises:
        AnalysisError: feed, measured value or target is all of one unit.
    """
    return feed_for(target, sites, uptake(feed, measured, sites))
