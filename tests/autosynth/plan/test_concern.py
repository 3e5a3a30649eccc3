"""Rules that cannot concern a bench are not asked; every rule that can is."""

from autosynth.language.interval import Interval
from autosynth.plan.concern import Occasion, Relevance
from autosynth.plan.rulebook import standing_rules

AMBIENT = Interval(20.0, 26.0, "temperature")
REACTOR = Occasion(waste=False, heatable=True, pressure_rated=False)


def asked(families: set[str], solvents: set[str], occasion: Occasion) -> set[str]:
    """Return the ids of the rules that are asked."""
    relevance = Relevance(standing_rules().rules, families, solvents, AMBIENT)
    return {concern.rule.id for concern in relevance.on(occasion)}


def test_what_is_not_there_concerns_nobody() -> None:
    """Water without any species can only become too hot where it is heated."""
    assert asked(set(), {"water"}, REACTOR) == {"SOLV-T"}
    assert asked(set(), {"water"}, REACTOR._replace(heatable=False)) == set()
    assert asked(set(), {"water"}, REACTOR._replace(pressure_rated=True)) == set()


def test_two_that_may_meet_are_asked_for() -> None:
    """Silver alone needs no check; with ammonia on the same bench every arrival is judged, in a waste too."""
    assert "AG-NH3" not in asked({"silver"}, {"water"}, REACTOR)
    assert "AG-NH3" in asked({"silver", "ammonia"}, {"water"}, REACTOR)
    assert "AG-NH3" in asked({"silver", "ammonia"}, {"water"}, REACTOR._replace(waste=True))


def test_chemistry_is_asked_where_something_is_made() -> None:
    """The order of metals is asked for when one is added on purpose, and never of a waste."""
    metals = {"SiW9", "Fe", "Lu"}
    assert "ORDER" in asked(metals, {"acetone"}, REACTOR._replace(adds=True))
    assert "ORDER" not in asked(metals, {"acetone"}, REACTOR)
    assert "ORDER" not in asked(metals, {"acetone"}, REACTOR._replace(adds=True, waste=True))


def test_scans_are_asked_when_there_is_one() -> None:
    """Window and current belong to scans."""
    cell = Occasion(waste=False, heatable=False, pressure_rated=False)
    assert asked({"Mn"}, {"acetone"}, cell) == set()
    assert {"CV-WINDOW", "CV-I"} <= asked({"Mn"}, {"acetone"}, cell._replace(on="scans"))
