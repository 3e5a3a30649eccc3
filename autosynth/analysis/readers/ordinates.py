"""The packed numbers of JCAMP-DX tables: AFFN, PAC, SQZ, DIF and DUP forms, line by line.

McDonald and Wilks, Appl. Spectrosc. 42 (1988) 151 (JCAMP-DX 4.24), sections on ASDF. No more numbers are made than were
announced, however often a line says that one is repeated; a check value that differs stops the reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from autosynth.errors import AnalysisError

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?")
_PACKED = re.compile(r"(?P<sqz>[@A-Ia-i])(?P<a>\d*)|(?P<dif>[%J-Rj-r])(?P<b>\d*)|(?P<dup>[S-Zs])(?P<c>\d*)")
_ABSCISSA = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]\d+)?)")
_FORM = re.compile(r"[@A-DF-Z%a-df-s]")
_SQUEEZED = {letter: str(i) for i, letter in enumerate("@ABCDEFGHI")} | {
    letter: f"-{i}" for i, letter in enumerate("abcdefghi", start=1)
}
_DIFFERENCE = {letter: str(i) for i, letter in enumerate("%JKLMNOPQR")} | {
    letter: f"-{i}" for i, letter in enumerate("jklmnopqr", start=1)
}
_REPEATS = {letter: str(i) for i, letter in enumerate("STUVWXYZs", start=1)}
_LONGEST = 12
_GAPS = re.compile(r"[\s,;]*")
_NO_NUMBER = re.compile(r"(?<![^\s,;])[+-]?(?:nan|inf|infinity)(?![^\s,;])", re.IGNORECASE)
"""A word that would else be read as packed differences."""


@dataclass(slots=True)
class _Ordinates:
    most: int
    values: list[float] = field(default_factory=list)
    step: float | None = None
    """The last difference where the last number was one."""
    fresh: bool = False
    """The next number is the first of its line."""

    def put(self, value: float, place: str) -> None:
        if self.fresh and self.step is not None:
            if abs(value - self.values[-1]) > 1e-6 * max(1.0, abs(value)):
                raise AnalysisError(f"{place}: begins with {value:g}, the line before ends with {self.values[-1]:g}")
            self.step, self.fresh = None, False
            return
        self.step, self.fresh = None, False
        self.add(value, place)

    def add(self, value: float, place: str) -> None:
        if len(self.values) >= self.most:
            raise AnalysisError(f"{place}: more than the {self.most} points announced")
        self.values.append(value)

    def differ(self, step: float, place: str) -> None:
        if not self.values or self.fresh:
            raise AnalysisError(f"{place}: begins with a difference")
        self.step = step
        self.add(self.values[-1] + step, place)

    def repeat(self, times: int, place: str) -> None:
        if not self.values or self.fresh or len(self.values) + times - 1 > self.most:
            raise AnalysisError(f"{place}: more than the {self.most} points announced, or nothing to repeat")
        for _ in range(times - 1):
            self.add(self.values[-1] + (self.step or 0.0), place)


def read_ordinates(
    lines: Sequence[tuple[int, str]], file: str, most: int
) -> tuple[list[float], list[tuple[int, int, float]]]:
    """Return the ordinates of a table (X++(Y..Y)), and line, points before it, and abscissa of each of its lines.

    Args:
        lines: number and text of each line below the label.
        file: what the messages call it.
        most: points announced.

    Raises:
        AnalysisError: a line is no such thing, differs from a check value, or holds more than was announced.
    """
    packed = any(_FORM.search(line) for _, line in lines)
    found, starts = _Ordinates(most), []
    for number, line in lines:
        place = f"{file}:{number}"
        if (word := _NO_NUMBER.search(line)) is not None:
            raise AnalysisError(f"{place}: {word[0]!r} is no number")
        head = _ABSCISSA.match(line)
        if head is None:
            raise AnalysisError(f"{place}: no abscissa at the beginning of {line[:40]!r}")
        starts.append((number, len(found.values), float(head[1])))
        found.fresh = True
        if packed:
            _read_packed(line, head.end(), found, place)
        else:
            for value in plain_numbers(line[head.end() :], place):
                found.add(value, place)
    return found.values, starts


def plain_numbers(text: str, place: str) -> list[float]:
    """Return numbers separated by blanks, commas, semicolons or their own signs; AnalysisError for anything else."""
    found, at = [], _end(_GAPS, text, 0)
    while at < len(text):
        match = _PLAIN.match(text, at)
        if match is None:
            raise AnalysisError(f"{place}: {text[at : at + 20]!r} is no number")
        found.append(float(match[0]))
        at = _end(_GAPS, text, match.end())
    return found


def _read_packed(line: str, at: int, found: _Ordinates, place: str) -> None:
    at = _end(_GAPS, line, at)
    while at < len(line):
        match = _PACKED.match(line, at) or _PLAIN.match(line, at)
        if match is None or match.end() - at > _LONGEST + 12:
            raise AnalysisError(f"{place}: {line[at : at + 20]!r} is no packed number")
        groups = match.groupdict()
        if not groups:
            found.put(float(match[0]), place)
        elif groups["sqz"]:
            found.put(float(_SQUEEZED[groups["sqz"]] + groups["a"]), place)
        elif groups["dif"]:
            found.differ(float(_DIFFERENCE[groups["dif"]] + groups["b"]), place)
        else:
            digits = _REPEATS[groups["dup"]] + groups["c"]
            found.repeat(int(digits), place)
        at = _end(_GAPS, line, match.end())


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return at if match is None else match.end()
