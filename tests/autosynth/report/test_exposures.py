"""Which measurements by file a page shows."""

from autosynth.report import exposures
from autosynth.report.exposures import SERIES


def test_of_a_long_series_the_ends_and_some_between_are_shown() -> None:
    """Seventy-four spectra of one name are eight; what stands alone is always there; the order is kept."""
    made = [{"as": "blank", "action": "8"}, *({"as": "uv", "action": f"12.1@{number}"} for number in range(1, 75))]
    shown = exposures._spread(made)
    assert [each["as"] for each in shown] == ["blank", *["uv"] * SERIES]
    assert [each["action"] for each in shown[:2]] == ["8", "12.1@1"]
    assert shown[-1]["action"] == "12.1@74"


def test_a_short_series_is_shown_whole() -> None:
    """Nothing is left out where all have room."""
    made = [{"as": "ir", "action": f"4@{number}"} for number in range(SERIES)]
    assert exposures._spread(made) == made
