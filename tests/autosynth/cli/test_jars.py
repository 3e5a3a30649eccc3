"""A jar in a line of the live view, and what a mill is told to do."""

from autosynth.cli.instruments import instrument_lines
from autosynth.cli.jars import jar_text
from autosynth.engine.history import History
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture
from tests.autosynth.report.milled import MOF


def filled() -> History:
    """Return a bench whose jar holds wetted powder in the mill."""
    history = History(load_station(MOF / "station.yaml"))
    history.inventory.solids.charge("jar", "Ru2(H2btc)4Cl", 198.0, 0.15)
    history.inventory.put("jar", Mixture({"MeOH": 0.1188}))
    jar = history.inventory.solids.jars["jar"]
    jar.at, jar.closed = "mill", True
    return history


def test_an_empty_jar_says_where_it_is() -> None:
    """Without a reading nothing is made up."""
    assert jar_text(History(load_station(MOF / "station.yaml")), "jar", {}) == "empty, open, at bench"


def test_a_jar_says_what_is_in_it_and_what_is_read() -> None:
    """Solid, liquid, lid, place, frequency, temperature, pressure; in a column of an 80 column terminal."""
    readings = {"jar.mill_frequency": 30.002, "jar.jar_temperature": 25.31, "jar.jar_pressure": -0.2, "pot.x": 1.0}
    told = jar_text(filled(), "jar", readings)
    assert told == "198 mg, 119 µL, closed, at mill, 30.0 Hz, 25.3 °C, 0 kPa"
    assert len(told) < 64


def test_a_mill_that_runs_says_so() -> None:
    """Until it was stopped; a mill at rest needs no line."""
    history = filled()
    assert not [line for line in instrument_lines(history, 80, 4) if "running" in line.plain]
    history.milling["mill"] = {"since_s": 1.0, "frequency_hz": 30.0, "beat_s": 0.0, "stopped_s": None}
    assert [line.plain.strip() for line in instrument_lines(history, 80, 4) if "running" in line.plain] == [
        "mill running at 30 Hz"
    ]
    history.milling["mill"]["stopped_s"] = 2.0
    assert not [line for line in instrument_lines(history, 80, 4) if "running" in line.plain]
