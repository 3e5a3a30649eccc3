"""What a call complains about, for properties that hold whatever goes in."""

from collections.abc import Callable

from autosynth.errors import InputError, Problem


def problems_of(call: Callable[[], object]) -> tuple[Problem, ...]:
    """Return the problems of the InputError that a call raises; none if it raises none."""
    try:
        call()
    except InputError as error:
        return error.problems
    return ()
