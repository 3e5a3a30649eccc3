"""From a campaign's file to what chooses its rows, as results come in."""

from collections.abc import Callable

from autosynth.campaign.baselines import LatinHypercube, RandomSearch
from autosynth.campaign.bayesian import Bayesian
from autosynth.campaign.declaration import Declaration, OptimiserEntry
from autosynth.campaign.endpoint import EndPoint
from autosynth.campaign.exchangefeed import ExchangeFeed
from autosynth.campaign.feedratio import FeedRatio
from autosynth.campaign.goals import Goals
from autosynth.campaign.optimiser import Optimiser
from autosynth.campaign.space import Space
from autosynth.errors import InputError, Problem
from autosynth.language.validation import closest

Make = Callable[[OptimiserEntry, Space, Goals, int], Optimiser]


def optimiser_of(declared: Declaration, space: Space, goals: Goals, seed: int) -> Optimiser | None:
    """Return what chooses rows; None for a campaign whose rows are all known.

    Raises:
        InputError: it does not fit the space or the objectives, or what it works on is not observed; at its place in
            the campaign's file.
    """
    entry = declared.optimiser
    if entry is None:
        return None
    if entry.quantity and entry.quantity not in goals.expressions:
        hint = closest(entry.quantity, goals.expressions) if goals.expressions else "add observe: {NAME: {of: ...}}"
        told = f"{entry.quantity!r} is not observed"
        raise InputError(Problem(told, entry.where("quantity"), hint, "campaign"))
    try:
        return MAKERS[entry.kind](entry, space, goals, seed)
    except InputError as error:
        mark = declared.origin.key("optimiser")
        raise InputError(*(Problem(each.message, mark, each.hint, each.rule) for each in error.problems)) from error


def _random(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    del entry, goals, seed
    return RandomSearch(space)


def _latin_hypercube(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    del goals
    return LatinHypercube(space, entry.rows, seed)


def _bayesian(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    return Bayesian(space, goals.objectives, goals.limits, entry.begin_with or 0, seed)


def _feed_ratio(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    del goals, seed
    target, tolerance = entry.target or 0.0, entry.tolerance or 0.2
    return FeedRatio(space, entry.variable, entry.quantity, target, entry.sites, tolerance, entry.rows)


def _exchange_feed(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    del goals, seed
    tolerance, species = entry.tolerance or 0.25, entry.species or 0
    return ExchangeFeed(
        space, entry.variable, entry.quantity, species, entry.purity, tolerance=tolerance, rounds=entry.rows
    )


def _end_point(entry: OptimiserEntry, space: Space, goals: Goals, seed: int) -> Optimiser:
    del goals, seed
    return EndPoint(space, entry.quantity, entry.wanted_sd or 0.02, entry.begin_with or 5, entry.rows)


MAKERS: dict[str, Make] = {
    "random": _random,
    "latin hypercube": _latin_hypercube,
    "bayesian": _bayesian,
    "feed ratio": _feed_ratio,
    "exchange feed": _exchange_feed,
    "end point": _end_point,
}
"""Kind in a campaign's file -> what makes it."""
