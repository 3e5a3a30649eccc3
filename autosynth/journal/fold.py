"""A view of a run is a fold of its events, and nothing else.

Live view, report, ledger and recovery use this one function, so they cannot disagree about what happened. A fold
reads no clock, no file and no device.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from autosynth.journal.event import Event

S = TypeVar("S")


def fold(events: Iterable[Event], initial: S, reducers: Mapping[str, Callable[[S, Event], S]]) -> S:
    """Return the state after `events`: each is given to the reducer of its kind; kinds without one are passed over."""
    state = initial
    find = reducers.get
    for event in events:
        reducer = find(event.kind)
        if reducer is not None:
            state = reducer(state, event)
    return state
