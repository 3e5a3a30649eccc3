"""What people are told when something goes wrong on the milling bench, as they read it."""

from pathlib import Path

import pytest

from tests.autosynth.cli.calling import Called, call

MOF = Path(__file__).parents[3] / "protocols" / "mof"


def spoilt(runs: Path, fault: str, *more: str) -> Called:
    """Run the first control of the milling bench with a fault."""
    bench = (MOF / "c1.yaml", "--station", MOF / "station.yaml", "--sim", "--runs", runs)
    return call("run", *bench, "--fault", fault, *more)


def flat(text: str) -> str:
    """Return a text without its line ends."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("mill:silent@t=500", "held: mill does not answer; it may still be running: press its emergency stop"),
        (
            "mill:drive_fault@t=500,code=4",
            "mill slows down by itself (13.6 Hz, not 30 Hz) and says fault 4 (GFF)",
        ),
        ("mill:power_cycle@t=500", "(14.1 Hz, not 30 Hz) and has lost its power: look at it"),
    ],
)
def test_a_mill_that_is_silent_or_faulty_is_told_as_that(tmp_path: Path, fault: str, reason: str) -> None:
    """The reason is true, what was milled is there, and a mill that may run is the first thing that is said."""
    run = spoilt(tmp_path, fault)
    assert run.code == 4
    shown = call("show", "last", "--runs", tmp_path)
    for out in (flat(run.out), flat(shown.out)):
        assert reason in out
        assert "jar: milled " in out
        assert "MILL-LID" not in out
        assert "b'" not in out
        warned = "not safe: mill of jar could not be told; it may still be running: press its emergency stop" in out
        assert warned == ("silent" in fault)
    summary = call("show", "last", "--runs", tmp_path, "--json").json
    assert summary["milling"]["jar"]["milled_s"] == pytest.approx(49.0, abs=12.0)
    assert [each["device"] for each in summary["not_safe"]] == (["mill"] if "silent" in fault else [])


def test_a_guard_that_is_silent_is_told_as_that(tmp_path: Path) -> None:
    """The mill answers and is brought to rest; who does not answer is named alone."""
    out = flat(spoilt(tmp_path, "guard:silent@t=500").out)
    assert "held: guard does not answer, nothing tells the lid, the temperature and the pressure of jar" in out
    assert "not safe" not in out


@pytest.mark.parametrize("fault", ["feed:silent@t=355", "feed:stall@t=340,at_ml=0.05"])
def test_what_a_stroke_of_unknown_outcome_may_have_pushed_is_shown_as_a_range(tmp_path: Path, fault: str) -> None:
    """Never as nothing: in the summary, looking back, in the report and for programs."""
    run = spoilt(tmp_path, fault)
    assert run.code == 4
    for out in (flat(run.out), flat(call("show", "last", "--runs", tmp_path).out)):
        assert "MeOH 0 to 120 µL 120.12 µL 1" in out
        assert "infuse_to of feed in 3: between 0 and 0.12 mL moved" in out
        assert ("a restart asks feed" in out) == ("silent" in fault)
    page = next(tmp_path.glob("*/report.html")).read_text(encoding="utf-8")
    assert page.count("0 to 120 µL") == 1
    methanol = call("show", "last", "--runs", tmp_path, "--json").json["delivered"]["MeOH"]
    assert (methanol["volume_ml"], methanol["sd_ml"], methanol["low_ml"]) == (0.0, 0.0, 0.0)
    assert methanol["high_ml"] == methanol["high"] == pytest.approx(0.12)
