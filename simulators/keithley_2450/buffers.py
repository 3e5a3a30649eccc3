"""Reading buffers: named, bounded, and written out as the host asks for them.

A full buffer forgets its oldest readings. Elements not simulated are refused.
"""

from collections import deque

from simulators.keithley_2450.body import Reading
from simulators.keithley_2450.scpi import ILLEGAL, OUT_OF_RANGE, ScpiError, header_pattern

DEFAULTS = ("defbuffer1", "defbuffer2")
CAPACITY = 100_000
LIMITED_BIT = 0x08
ELEMENTS = {
    header_pattern(spec): spec[:3] for spec in ("READing", "SOURce", "RELative", "TSTamp", "STATus", "UNIT", "SOURUNIT")
}


class Buffers:
    """All reading buffers of the instrument."""

    def __init__(self) -> None:
        self._buffers: dict[str, deque[Reading]] = {}
        self.reset()

    def reset(self) -> None:
        """Empty the standing buffers and forget the others."""
        self._buffers = {name: deque(maxlen=CAPACITY) for name in DEFAULTS}

    def make(self, name: str, points: int) -> None:
        """Create a buffer.

        Raises:
            ScpiError: for a name taken or a size out of range.
        """
        if name in self._buffers or not name.isidentifier():
            raise ScpiError(ILLEGAL)
        if not 10 <= points <= 1_000_000:
            raise ScpiError(OUT_OF_RANGE)
        self._buffers[name] = deque(maxlen=points)

    def get(self, name: str) -> deque[Reading]:
        """Return a buffer.

        Raises:
            ScpiError: for one that does not exist.
        """
        buffer = self._buffers.get(name.strip("\"'"))
        if buffer is None:
            raise ScpiError(ILLEGAL)
        return buffer


def text(readings: list[Reading], origin_s: float, elements: list[str]) -> str:
    """Write readings out, element by element, relative times since `origin_s`.

    Raises:
        ScpiError: for an element unknown.
    """
    kinds: list[str] = []
    for element in elements:
        found = [kind for pattern, kind in ELEMENTS.items() if pattern.fullmatch(element.upper())]
        if not found:
            raise ScpiError(ILLEGAL)
        kinds.append("SOURUNIT" if element.upper() == "SOURUNIT" else found[0])
    return ",".join(_element(reading, kind, origin_s) for reading in readings for kind in kinds)


def _element(reading: Reading, kind: str, origin_s: float) -> str:
    match kind:
        case "REA":
            return f"{reading.current_a:.6E}"
        case "SOU":
            return f"{reading.source_v:.6E}"
        case "REL":
            return f"{reading.t_s - origin_s:.9f}"
        case "TST":
            return f"{reading.t_s:.9f}"
        case "STA":
            return str(LIMITED_BIT if reading.limited else 0)
        case "UNI":
            return "Amp DC"
        case _:
            return "Volt DC"
