"""What is said to the instruments of a milling bench, read off the wire: starts, stops, doses, pushes."""

import re
import struct
from collections.abc import Iterator, Mapping

from tests.episodes.effect import Effect

HZ = 0.01
ORDER, FREQUENCY, CONTROL = 0x2000, 0x2001, 0x2002
RUN, STOP = 2, 1
ML = {"UL": 1e-3, "ML": 1.0}
ML_MIN = {"UM": 1e-3, "MM": 1.0, "UH": 1e-3 / 60.0, "MH": 1.0 / 60.0}


class Stations:
    """Modbus stations on one line: drives by their number with the jar's frequency in the output's; others are read."""

    def __init__(self, drives: Mapping[int, tuple[str, float]]) -> None:
        self._drives = drives
        self._hz: dict[int, float] = {}

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effect of one frame."""
        station, function = data[0], data[1]
        if station not in self._drives or function != 6:
            return
        device, ratio = self._drives[station]
        register, value = struct.unpack(">HH", data[2:6])
        if register == FREQUENCY:
            self._hz[station] = value * HZ * ratio
            yield Effect(device, "arm", value, {"hz": self._hz[station]})
        elif register == ORDER and value & 3 == STOP:
            yield Effect(device, "stop")
        elif register == ORDER and value & 3:
            sizes = {"hz": self._hz.get(station, 0.0), "turn": value >> 4 & 3}
            yield Effect(device, "start_mill", None, sizes)
        elif register == CONTROL:
            yield Effect(device, "arm", value)


class Head:
    """A dosing head: its target is set before, its dosing is one command."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._mg = 0.0

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effects of whole lines."""
        for line in data.decode("ascii").split("\r\n"):
            if line.startswith("QRD 1 1 5 "):
                self._mg = float(line.split()[-1])
            elif line == "QRA 61 1":
                yield Effect(self._device, "dose_powder", None, {"mg": self._mg})
            elif line == "QRA 61 4":
                yield Effect(self._device, "stop")


class Syringe:
    """A pump in its Safe mode: STX, length, data, two bytes of check, ETX; rate and volume are set before RUN."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._ml = self._ml_min = 0.0

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effect of one packet; Basic mode only arms."""
        if data[:1] != b"\x02":
            return
        text = data[2:-3].decode("ascii").lstrip("0123456789")
        rate, volume = re.fullmatch(r"RAT([\d.]+)([A-Z]{2})", text), re.fullmatch(r"VOL([\d.]+)", text)
        if rate is not None:
            self._ml_min = float(rate[1]) * ML_MIN[rate[2]]
        elif volume is not None:
            self._ml = 1e-3 * float(volume[1])
        elif text == "RUN":
            yield Effect(self._device, "infuse_to", None, {"ml": self._ml, "ml_min": self._ml_min}, again=True)
        elif text == "STP":
            yield Effect(self._device, "stop")
        elif text.startswith("CLD"):
            yield Effect(self._device, "clear_counter", None)
