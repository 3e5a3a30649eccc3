"""A fold gives each event to the reducer of its kind."""

from autosynth.journal.event import GENESIS, Event
from autosynth.journal.fold import fold


def event(seq: int, kind: str, volume_ml: float) -> Event:
    return Event(seq, 0.0, kind, None, 1, {"volume_ml": volume_ml}, GENESIS)


def added(state: tuple[float, ...], event: Event) -> tuple[float, ...]:
    return (*state, event.payload["volume_ml"])


def removed(state: tuple[float, ...], event: Event) -> tuple[float, ...]:
    return (*state, -event.payload["volume_ml"])


def test_events_reach_the_reducer_of_their_kind_in_order() -> None:
    """The state is threaded through the reducers; kinds without one are passed over."""
    events = [event(1, "added", 2.0), event(2, "note", 9.0), event(3, "removed", 0.5)]
    start: tuple[float, ...] = ()
    assert fold(events, start, {"added": added, "removed": removed}) == (2.0, -0.5)


def test_no_events_leave_the_initial_state() -> None:
    """Folding nothing returns what was given."""
    assert fold([], 7, {}) == 7
