"""How long ago a run began, whatever the clock was set to, and whether its texts are still those it began with."""

from datetime import UTC, datetime, timedelta

import pytest

from autosynth.clock import since_boot_s
from autosynth.engine import beginning
from autosynth.engine.beginning import began, digest, elapsed_s, require_same
from autosynth.errors import InputError

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let ten minutes pass by the clock that nobody sets; returns them in seconds."""
    monkeypatch.setattr(beginning, "boot_id", lambda: "this start")
    now_s = since_boot_s()
    monkeypatch.setattr(beginning, "since_boot_s", lambda: now_s)
    return 600.0


@pytest.mark.parametrize("set_to", [timedelta(days=365), timedelta(minutes=10), timedelta(days=-3)])
def test_a_clock_that_was_set_does_not_age_a_run(
    later: float, monkeypatch: pytest.MonkeyPatch, set_to: timedelta
) -> None:
    """Ten minutes are ten minutes, to whatever time of day the computer was set meanwhile."""
    meta = began(NOON)
    then_s = float(meta["since_boot_s"])
    monkeypatch.setattr(beginning, "since_boot_s", lambda: then_s + later)
    assert elapsed_s(meta, NOON + set_to, 120.0) == pytest.approx(later)


@pytest.mark.parametrize(("passed_s", "told_s"), [(3600.0, 3600.0), (-86_400.0, 120.0), (60.0, 120.0)])
def test_after_a_new_start_the_time_of_day_counts(
    later: float, monkeypatch: pytest.MonkeyPatch, passed_s: float, told_s: float
) -> None:
    """A computer that was started anew has only its time of day; a run never goes back before its last event."""
    meta = began(NOON)
    monkeypatch.setattr(beginning, "boot_id", lambda: "the next start")
    assert elapsed_s(meta, NOON + timedelta(seconds=passed_s), 120.0) == told_s


def test_where_starts_have_no_name_the_time_of_day_counts(later: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that does not name its starts cannot tell whether its count is the same one."""
    monkeypatch.setattr(beginning, "boot_id", lambda: "")
    assert elapsed_s(began(NOON), NOON + timedelta(hours=1), 0.0) == 3600.0


def test_edited_texts_are_refused_by_name() -> None:
    """Every file that was edited is named; one that the run did not begin with is not looked at."""
    texts = {"recipe.yaml": "a", "station.yaml": "b", "library.yaml": "c"}
    digests = {name: digest(text) for name, text in texts.items()}
    require_same(texts, digests)
    require_same({**texts, "notes.txt": "new"}, digests)
    with pytest.raises(InputError, match=r"recipe\.yaml .* is not what the run began with") as refused:
        require_same({**texts, "recipe.yaml": "A", "library.yaml": "C"}, digests)
    assert [problem.message.split()[0] for problem in refused.value.problems] == ["recipe.yaml", "library.yaml"]
