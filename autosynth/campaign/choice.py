"""From a campaign's file to what chooses its rows, as results come in."""

from collections.abc import Callable
from dataclasses import dataclass

from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.analysis.lines import LineLibrary
from autosynth.campaign.declaration import Declaration, OptimiserEntry
from autosynth.campaign.goals import Goals
from autosynth.campaign.optimisers.baselines import LatinHypercube, RandomSearch
from autosynth.campaign.optimisers.bayesian import Bayesian
from autosynth.campaign.optimisers.endpoint import EndPoint
from autosynth.campaign.optimisers.exchangefeed import ExchangeFeed
from autosynth.campaign.optimisers.feedratio import FeedRatio
from autosynth.campaign.optimisers.optimiser import Optimiser
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem
from autosynth.language.validation import closest


@dataclass(frozen=True, slots=True)
class Given:
    """What an optimiser works on: what varies, what is wanted, the campaign's seed, and the recipe's libraries."""

    space: Space
    goals: Goals
    seed: int
    library: AnyLibrary | Shelf | None = None


Make = Callable[[OptimiserEntry, Given], Optimiser]


def optimiser_of(declared: Declaration, given: Given) -> Optimiser | None:
    """Return what chooses rows; None for a campaign whose rows are all known.

    Raises:
        InputError: it does not fit the space or the objectives, or what it works on is not observed; at its place in
            the campaign's file.
    """
    entry, observed = declared.optimiser, given.goals.expressions
    if entry is None:
        return None
    if entry.quantity and entry.quantity not in observed:
        hint = closest(entry.quantity, observed) if observed else "add observe: {NAME: {of: ...}}"
        told = f"{entry.quantity!r} is not observed"
        raise InputError(Problem(told, entry.where("quantity"), hint, "campaign"))
    try:
        return MAKERS[entry.kind](entry, given)
    except InputError as error:
        mark = declared.origin.key("optimiser")
        raise InputError(*(Problem(each.message, mark, each.hint, each.rule) for each in error.problems)) from error


def _random(entry: OptimiserEntry, given: Given) -> Optimiser:
    del entry
    return RandomSearch(given.space)


def _latin_hypercube(entry: OptimiserEntry, given: Given) -> Optimiser:
    return LatinHypercube(given.space, entry.rows, given.seed)


def _bayesian(entry: OptimiserEntry, given: Given) -> Optimiser:
    return Bayesian(given.space, given.goals.objectives, given.goals.limits, entry.begin_with or 0, given.seed)


def _feed_ratio(entry: OptimiserEntry, given: Given) -> Optimiser:
    target, tolerance = entry.target or 0.0, entry.tolerance or 0.2
    asked = (entry.variable, entry.quantity, target, entry.sites, tolerance, entry.rows)
    return FeedRatio(given.space, *asked, as_ratio=entry.feed == "ratio")


def _exchange_feed(entry: OptimiserEntry, given: Given) -> Optimiser:
    shelf = given.library
    libraries = shelf.by_technique.values() if isinstance(shelf, Shelf) else (shelf,)
    exchange = next((each.exchange for each in libraries if isinstance(each, LineLibrary) and each.exchange), None)
    if exchange is None:
        told = "no library of this recipe knows an exchange equilibrium"
        raise InputError(Problem(told, hint="give exchange: in the library of its lines", rule="campaign"))
    asked = (entry.variable, entry.quantity, exchange, entry.species, entry.purity)
    ratio = entry.feed == "ratio"
    return ExchangeFeed(given.space, *asked, tolerance=entry.tolerance or 0.25, rounds=entry.rows, as_ratio=ratio)


def _end_point(entry: OptimiserEntry, given: Given) -> Optimiser:
    return EndPoint(given.space, entry.quantity, entry.wanted_sd or 0.02, entry.begin_with or 5, entry.rows)


MAKERS: dict[str, Make] = {
    "random": _random,
    "latin hypercube": _latin_hypercube,
    "bayesian": _bayesian,
    "feed ratio": _feed_ratio,
    "exchange feed": _exchange_feed,
    "end point": _end_point,
}
"""Kind in a campaign's file -> what makes it."""
