"""Events, steps and numbers in words."""

import pytest

from autosynth.cli.words import arguments_text, clock_text, deciding, describe, estimate_text, one_line, values_text
from autosynth.journal.event import Event


def event(kind: str, action: str, payload: dict[str, object]) -> Event:
    """Return an event as a journal would hold it."""
    return Event(seq=1, t_s=1.0, kind=kind, action=action, schema=1, payload=payload, prev="")


@pytest.mark.parametrize(("t_s", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3661, "1:01:01"), (360000, "100:00:00")])
def test_times_are_hours_minutes_seconds(t_s: float, text: str) -> None:
    """Long runs count hours beyond a day."""
    assert text == clock_text(t_s)


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        ({"value": 0.9271, "sd": 0.0021, "unit": "1"}, "92.7 ± 0.2 %"),
        ({"value": 0.004, "sd": 0.002, "unit": "1", "upper": 0.00798}, "< 0.798 %"),
        ({"value": 0.99, "sd": 0.01, "unit": "1", "lower": 0.97}, "> 97 %"),
        ({"value": None, "sd": None, "unit": "1"}, "not known"),
        ({"value": 1.0, "sd": None, "unit": "1"}, "not known"),
        ({"value": 1.25e-5, "sd": 3e-7, "unit": "A"}, "12.5 ± 0.3 µA"),
        ({"value": 18.78123, "sd": 0.00032, "unit": "angstrom"}, "18.7812 ± 0.0003 angstrom"),
        ({"value": 3.0, "sd": 0.5, "unit": "parsec"}, "3 ± 0.5 parsec"),
    ],
)
def test_an_estimate_shows_its_uncertainty_or_its_limit(estimate: dict[str, object], text: str) -> None:
    """What lies against a bound is reported as that bound, never as a value."""
    assert text == estimate_text(estimate)


def test_what_is_decided_on_is_what_is_shown() -> None:
    """Names in conditions choose quantities; a former round's value is not shown again."""
    names = ["cv.IA2", "change cv.IA2", "previous cv.IA2", "much", "s1.product_frac", "cv.IA2"]
    shown = deciding(names)
    assert shown == {"cv": ["IA2", "change IA2"], "s1": ["product_frac"]}
    found = {name: {"value": 0.5, "sd": 0.01, "unit": "1"} for name in ("charge", "IA2")}
    assert values_text("cv", found, shown) == "IA2 50.0 ± 1.0 %"
    assert values_text("other", found, shown) == "charge 50.0 ± 1.0 %, IA2 50.0 ± 1.0 %"
    assert values_text("cv", {}, shown) == "no result"


FIRST_OF_TWO: dict[str, object] = {
    "verdict": "true",
    "condition": "a < 1 for 2 rounds",
    "rounds": 2,
    "true_for": 1,
    "round": 1,
    "of": 1,
}


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("state", {"from": "RUNNING", "to": "HOLDING", "reason": "Ctrl-C"}, "RUNNING -> HOLDING: Ctrl-C"),
        ("state", {"from": "IDLE", "to": "RUNNING"}, "IDLE -> RUNNING"),
        ("intent", {}, ""),
        ("action.started", {"cell": "c"}, ""),
        (
            "decision",
            {"verdict": "undecided", "condition": "a < 1", "round": 2, "of": 5},
            "3@2  undecided (round 2 of 5): a < 1",
        ),
        ("decision", {"verdict": "true", "condition": "a < 1", "round": 1, "of": 1}, "3@2  true: a < 1"),
        ("decision", FIRST_OF_TWO, "3@2  true in 1 of 2 rounds, so not yet: a < 1"),
        ("decision", {**FIRST_OF_TWO, "true_for": 2, "of": 6}, "3@2  true for 2 rounds (round 1 of 6): a < 1"),
        ("deviation", {"what": "no result", "reason": "too short"}, "3@2  deviation: no result (too short)"),
        ("failure", {"device": "pump", "message": "silent"}, "3@2  pump: silent"),
        ("settled", {"verdict": "partly", "reason": "0.2 mL"}, "3@2  settled: partly (0.2 mL)"),
        ("something newer", {"a": 1}, ""),
    ],
)
def test_events_in_words(kind: str, payload: dict[str, object], text: str) -> None:
    """An event worth a line is one; strokes and parts of actions are not, nor are kinds of a later version."""
    assert text == describe(event(kind, "3@2", payload), {})


def test_what_belongs_to_no_action_has_no_number() -> None:
    """A rule that trips or a device that cannot be told belongs to the run."""
    tripped = Event(1, 1.0, "deviation", None, 1, {"what": "interlock", "reason": "hot"}, "")
    assert describe(tripped, {}) == "deviation: interlock (hot)"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"verb": "add", "reagent": "SiW9", "vessel": "reactor", "volume_ml": 0.0125}, "add SiW9 to reactor 12.5 µL"),
        ({"verb": "stir", "line": 8, "vessel": "reactor", "speed_rpm": 400.0}, "stir reactor 400 rpm"),
        ({"verb": "heat", "line": 9, "vessel": "reactor", "temperature_c": 40.0}, "heat reactor 40 °C"),
        ({"verb": "heat", "line": 9, "vessel": "reactor", "temperature_c": None}, "heat reactor off"),
        ({"verb": "wait", "line": 9, "wait_s": 3600.0}, "wait 60 min"),
        ({"verb": "sample", "source": "reactor", "vessel": "vial", "volume_ml": 0.5}, "sample reactor to vial 500 µL"),
        ({"verb": "clean", "line": "siw9_line", "stock": "acetone", "volume_ml": 1.0}, "clean siw9_line 1 mL"),
        ({"verb": "measure", "line": 9, "as": "cv", "vessel": None, "cell": "cell"}, "measure cv of cell"),
        ({"verb": "operator", "line": 9, "prompt": "Filter it"}, "operator: Filter it"),
        ({"verb": "note", "line": 9, "text": "done"}, "note: done"),
    ],
)  # fmt: skip
def test_started_actions_in_words(payload: dict[str, object], text: str) -> None:
    """The verb and what was resolved for it; the recipe's line number is no argument."""
    assert text == arguments_text(payload)


def test_a_line_is_one_line() -> None:
    """Line ends are blanks, and what is too long ends with an ellipsis."""
    assert one_line(" a\n\tb ", 10) == "a b"
    assert one_line("abcdefgh", 5) == "abcd…"
