"""Reading a device's options from a bench description into a frozen dataclass.

An option nobody reads is an experiment nobody runs, so an unknown name is refused; so is a value of the wrong kind.
Nothing is clamped here: ranges are the device's business.
"""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def read_options(kind: type[T], given: Mapping[str, Any], ignored: Collection[str] = ()) -> T:
    """Build the options dataclass `kind`, every field of which has a default of the type it wants.

    Raises:
        ValueError: for a name that is neither a field nor in `ignored`, or a value of another type than the default's.
    """
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key in defaults:
            values[key] = _converted(key, value, defaults[key])
        elif key not in ignored:
            raise ValueError(f"unknown option {key!r}; known are {', '.join(sorted({*defaults, *ignored}))}")
    return kind(**values)


def _converted(key: str, value: Any, default: Any) -> Any:
    if default is None:
        return value
    if isinstance(default, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, type(default)) and isinstance(value, bool) == isinstance(default, bool):
        return value
    raise ValueError(f"option {key!r} wants a {type(default).__name__}, not {value!r}")
