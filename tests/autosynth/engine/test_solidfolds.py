"""What the history folds of hands and balances, where the record itself is the only witness."""

from autosynth.engine.actionrecord import ActionRecord
from autosynth.engine.chronicle import fold
from autosynth.engine.history import History
from autosynth.journal.event import Event
from autosynth.station.solids import BENCH, Jar
from tests.autosynth.station.millbench import RU, mill_bench

TWO = mill_bench()


def folded(*deeds: dict[str, object]) -> History:
    """Return the history after hands have done this and that in one action, with a second jar on the bench."""
    history = History(TWO)
    history.inventory.solids.jars["other"] = Jar(at="mill")
    history.inventory.solids.charge("jar", RU, 100.0, 0.1)
    history.actions["1"] = ActionRecord("1", 0.0, {})
    for number, deed in enumerate(deeds, 1):
        fold(history, Event(number, float(number), "handled", "1", 1, {"phase": f"p{number}", "who": "me", **deed}, ""))
    return history


def test_two_jars_never_stand_in_one_place() -> None:
    """What stood there is on the bench, whoever put the other in."""
    jars = folded({"do": "place", "vessel": "jar", "at": "mill"}).inventory.solids.jars
    assert (jars["jar"].at, jars["other"].at) == ("mill", BENCH)


def test_more_taken_than_there_is_is_told() -> None:
    """An aliquot above what the ledger has leaves an empty jar and a deviation."""
    history = folded({"do": "expose", "vessel": "jar", "device": "ir", "mass_mg": 120.0})
    assert history.inventory.solids.jars["jar"].solid_mg == 0.0
    assert history.deviations[0]["what"] == "aliquot above content"
