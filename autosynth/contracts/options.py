"""Reading a device's options strictly: what is unknown, missing or out of range is refused with what would be right.

Options arrive as the station file has them, so quantities are text with units ("1 mL"). Nothing is clamped and
nothing is ignored: call `finish` when all known options have been asked for.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from autosynth.contracts.driver import OptionsError
from autosynth.units import UnitError, format_quantity, parse_quantity


class OptionReader:
    """Takes options one by one and remembers which were asked for."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self._known: list[str] = []

    def quantity(self, key: str, dimension: str, low: float, high: float, default: float | None = None) -> float:
        """Return an option such as "1 mL" in the canonical unit of its dimension.

        Raises:
            OptionsError: it is missing without a default, has no or a wrong unit, or is outside low..high.
        """
        given = self._take(key, default)
        if key not in self._options:
            return float(given)
        try:
            value = parse_quantity(str(given), dimension).value
        except UnitError as error:
            raise OptionsError(f"{key}: {error}") from error
        if not low <= value <= high:
            limits = f"{format_quantity(low, dimension)} to {format_quantity(high, dimension)}"
            raise OptionsError(f"{key}: {given} is outside {limits}")
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number of low..high.

        Raises:
            OptionsError: it is missing without a default, not a whole number, or outside low..high.
        """
        given = self._take(key, default)
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
            raise OptionsError(f"{key}: {given!r} is not a whole number from {low} to {high}")
        return given

    def choice(self, key: str, values: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the given words.

        Raises:
            OptionsError: it is missing without a default, or another word.
        """
        given = self._take(key, default)
        if given not in values:
            raise OptionsError(f"{key}: {given!r} is none of {', '.join(values)}")
        return str(given)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return true or false.

        Raises:
            OptionsError: it is missing without a default, or something else.
        """
        given = self._take(key, default)
        truth = {"true": True, "false": False}.get(str(given).lower())
        if truth is None:
            raise OptionsError(f"{key}: {given!r} is neither true nor false")
        return truth

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text of at least one character, without spaces around it.

        Raises:
            OptionsError: it is missing without a default, empty, or no text.
        """
        given = self._take(key, default)
        if not isinstance(given, str) or not given.strip():
            raise OptionsError(f"{key}: {given!r} is not a text")
        return given.strip()

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return one text or a list of different ones, as a tuple of at least one.

        Raises:
            OptionsError: it is missing without a default, empty, or something else.
        """
        given = self._take(key, default)
        listed = (given,) if isinstance(given, str) else given
        if not isinstance(listed, list | tuple) or not listed:
            raise OptionsError(f"{key}: {given!r} is neither a text nor a list of texts")
        if not all(isinstance(each, str) and each.strip() for each in listed):
            raise OptionsError(f"{key}: {given!r} has something else than texts in it")
        found = tuple(str(each).strip() for each in listed)
        if len(set(found)) != len(found):
            raise OptionsError(f"{key}: {given!r} says something twice")
        return found

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return a mapping, empty when it is not given.

        Raises:
            OptionsError: it is something else.
        """
        given = self._take(key, {})
        if not isinstance(given, Mapping):
            raise OptionsError(f"{key}: {given!r} is not a mapping")
        return {str(name): value for name, value in given.items()}

    def finish(self) -> None:
        """Refuse options that nobody asked for.

        Raises:
            OptionsError: there is one; the message names those that are known.
        """
        unknown = sorted(set(self._options) - set(self._known))
        if unknown:
            meant = "".join(f" (did you mean {near}?)" for near in self._near(unknown[0]))
            known = ", ".join(sorted(self._known))
            raise OptionsError(f"unknown option {', '.join(unknown)}{meant}; known are {known}")

    def _near(self, word: str) -> list[str]:
        return difflib.get_close_matches(word, self._known, n=1)

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        if key in self._options:
            return self._options[key]
        if default is None:
            near = difflib.get_close_matches(key, list(map(str, self._options)), n=1)
            raise OptionsError(f"{key} is missing{''.join(f': did you write {word} for it?' for word in near)}")
        return default
