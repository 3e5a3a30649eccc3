"""The two ways of the pump on the wire, by its own reading of the manual.

Basic: text up to CR in, STX text ETX out. Safe: STX, a length that counts everything but STX, text, CRC, ETX, both
ways. A packet that breaks off is forgotten after half a second. Whether a pump in Basic mode takes packets is an
option: published drivers send the first one so.
"""

LONGEST = 64
_STX, _ETX, _CR = 2, 3, 13
PARTIAL_S = 0.5


def check_sum(text: bytes) -> int:
    """Return the CRC of the Safe mode: polynomial x^16 + x^12 + x^5 + 1, from 0, most significant bit first."""
    register = 0
    for byte in text:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    return register


def packet(text: str) -> bytes:
    """Return a text as a packet of the Safe mode."""
    data = text.encode("latin-1")
    return bytes([_STX, len(data) + 4, *data, *divmod(check_sum(data), 256), _ETX])


def line(text: str) -> bytes:
    """Return a text as an answer of the Basic mode."""
    return bytes([_STX, *text.encode("latin-1"), _ETX])


class Reader:
    """Gathers what a host says; a bad packet comes out as None."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._packet: bytearray | None = None
        self._heard_s = 0.0

    def reset(self) -> None:
        """Forget what is incomplete."""
        self._text.clear()
        self._packet = None

    def feed(self, t_s: float, data: bytes, *, safe: bool, packets: bool) -> list[tuple[str | None, bool]]:
        """Return the commands that `data` completes, each with whether it came as a packet."""
        if self._packet is not None and t_s > self._heard_s + PARTIAL_S:
            self._packet = None
        self._heard_s = t_s
        found: list[tuple[str | None, bool]] = []
        for byte in data:
            if self._packet is not None:
                self._packet.append(byte)
                if len(self._packet) == self._packet[0]:
                    found.append((self._opened(bytes(self._packet)), True))
                    self._packet = None
                elif not 5 <= self._packet[0] <= LONGEST:
                    self._packet = None
            elif byte == _STX and (safe or packets):
                self._packet = bytearray()
            elif not safe and byte == _CR:
                found.append((self._text.decode("latin-1"), False))
                self._text.clear()
            elif not safe and 0x20 < byte < 0x7F and len(self._text) < LONGEST:
                self._text.append(byte)
        return found

    @staticmethod
    def _opened(body: bytes) -> str | None:
        """Return the text of a packet that is whole: length, text, two bytes of CRC, ETX."""
        text, check = body[1:-3], body[-3:-1]
        if body[-1] != _ETX or check_sum(text) != check[0] * 256 + check[1]:
            return None
        return text.decode("latin-1")
