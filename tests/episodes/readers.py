"""What is said to each instrument, read off the wire by readers of their own: no codec of a driver is used here.

Only what has an effect is reported: movement, heating, stirring, potentials, measurements, and the word to stop.
Questions and settings without an effect are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import ParseError, fromstring

from tests.episodes.effect import Effect
from tests.episodes.millreaders import Head, Stations, Syringe

MICRO = {"a": 1e-18, "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "i": 1.0}


class Pumps:
    """Cavro pumps on one line: OEM frames (STX) and DT frames (slash), told apart by their address."""

    def __init__(self, by_address: Mapping[int, str]) -> None:
        self._by_address = by_address
        self._last: dict[str, tuple[int, str]] = {}

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effects of one frame."""
        oem = data[:1] == b"\x02"
        device = self._by_address[data[1]]
        text = (data[3:-2] if oem else data[2:].rstrip(b"\r")).decode("ascii")
        again = False
        if oem:
            number, last = data[2] & 0x07, self._last.get(device)
            again = bool(data[2] & 0x08) and last == (number, text)
            self._last[device] = (number, text)
        if text == "T":
            yield Effect(device, "stop")
        elif text.endswith("R"):
            yield from _string(device, text, again)


def _string(device: str, text: str, again: bool) -> Iterator[Effect]:
    """Yield what a command string makes a pump do."""
    commands = re.findall(r"([A-Za-z])(\d*(?:,\d+)*)", text)
    speeds = [float(value) for letter, value in commands if letter == "V"]
    sizes = {"speed": speeds[-1]} if speeds else {}
    for letter, value in commands:
        if letter in "ZYW":
            yield Effect(device, "home_plunger", again=again)
            return
        if letter in "AaPpDd":
            relative = letter not in "Aa"
            placed = {**sizes} if relative else {**sizes, "increments": float(value)}
            yield Effect(device, "move_plunger", float(value), placed, again, relative)
        elif letter in "IOB":
            yield Effect(device, "turn_to", value or letter, again=again)


class Hotplate:
    """A NAMUR hotplate: setpoints count as effects, whether or not it was started yet."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._rpm = self._target_c = 0.0
        self._line = b""

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effects of the lines that are complete."""
        *lines, self._line = re.split(rb"[\r\n]+", self._line + data)
        for line in lines:
            name, _, value = line.strip().decode("ascii").replace("@", " ").partition(" ")
            effect = self._effect(name, float(value) if value else 0.0)
            if effect is not None:
                yield effect

    def _effect(self, name: str, value: float) -> Effect | None:
        if name == "OUT_SP_1":
            self._target_c = value
        elif name == "OUT_SP_4":
            self._rpm = value
        elif name in {"OUT_SP_12", "OUT_SP_42"}:
            return Effect(self._device, "arm", value, {"celsius" if name == "OUT_SP_12" else "rpm": value})
        match name:
            case "OUT_SP_1" | "START_1":
                wanted_c = self._target_c or None
                return Effect(self._device, "set_temperature", wanted_c, {"celsius": self._target_c})
            case "STOP_1":
                return Effect(self._device, "set_temperature", None)
            case "OUT_SP_4" | "START_4":
                return Effect(self._device, "set_speed", self._rpm, {"rpm": self._rpm})
            case "STOP_4":
                return Effect(self._device, "set_speed", 0.0)
            case _:
                return None


class Selector:
    """A Runze valve: eight bytes, function and port."""

    def __init__(self, device: str) -> None:
        self._device = device

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effect of one frame."""
        function, port = data[2], data[3]
        if function == 0x44:
            yield Effect(self._device, "turn_to", str(port), {"port": port})
        elif function == 0x45:
            yield Effect(self._device, "turn_to")  # to its origin, on the way to a port
        elif function == 0x49:
            yield Effect(self._device, "stop")


class Script:
    """An EmStat: a MethodSCRIPT is sent whole; `Z` aborts."""

    def __init__(self, device: str) -> None:
        self._device = device

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effect of what is sent."""
        text = data.decode("ascii")
        if text.strip() == "Z":
            yield Effect(self._device, "stop")
        if "cell_on" not in text:
            return
        volts: list[float] = []
        for line in text.splitlines():
            name, *words = line.split()[:6] or [""]
            if name == "set_e":
                volts.append(_si(words[0]))
            elif name == "meas_loop_cv":
                volts += map(_si, words[2:5])
        yield Effect(self._device, "scan", None, {"volt_low": min(volts), "volt_high": max(volts)})


def _si(word: str) -> float:
    """Return a number with a letter for its power of ten."""
    number, letter = (word[:-1], word[-1]) if word[-1].isalpha() else (word, "")
    return float(number) * MICRO[letter]


class SourceMeter:
    """A Keithley: a scan begins when the output goes on or the trigger is armed."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._volts: list[float] = []

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effects of the lines sent."""
        for line in data.decode("ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "*RST":
                self._volts = []
            elif name in {"SOUR:VOLT", "SOUR:LIST:VOLT", "SOUR:LIST:VOLT:APP"}:
                self._volts += [float(each) for each in value.split(",")]
            elif line in {"OUTP ON", "INIT"}:
                yield Effect(self._device, "scan", None, {"volt_low": min(self._volts), "volt_high": max(self._volts)})
            elif line in {"ABOR", "OUTP OFF"}:
                yield Effect(self._device, "stop")


class Board:
    """A GRBL carousel: absolute moves of X (turning) and Z (lift), homing, feed hold and reset."""

    def __init__(self, device: str) -> None:
        self._device = device

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effects of what is sent."""
        if data[:1] in {b"!", b"\x18"}:
            yield Effect(self._device, "stop")
        text = data.decode("latin-1").strip()
        if text == "$H":
            yield Effect(self._device, "home_sampler")
        move = re.search(r"G1 ?([XZ])(-?[\d.]+) ?F([\d.]+)", text)
        if move is not None:
            axis, place = move[1], float(move[2])
            verb = "turn_to" if axis == "X" else "move_lift"
            sizes = {f"{axis.lower()}_mm": place, "feed": float(move[3])}
            yield Effect(self._device, verb, place, sizes, relative="G91" in text)


class Spectrometer:
    """A Spinsolve: requests as XML documents, one a write."""

    def __init__(self, device: str) -> None:
        self._device = device

    def read(self, data: bytes) -> Iterator[Effect]:
        """Yield the effect of one request."""
        try:
            request = next(iter(fromstring(data.decode("utf-8").strip("\0\r\n "))))
        except (ParseError, StopIteration):
            return
        if request.tag == "Start":
            options = {option.get("name", ""): option.get("value", "") for option in request.iter("Option")}
            yield Effect(self._device, "acquire", None, {"scans": float(options.get("Number", "nan"))})
        elif request.tag.endswith("ShimRequest"):
            yield Effect(self._device, "shim")
        elif request.tag == "Abort":
            yield Effect(self._device, "stop")


Single = Hotplate | Selector | Script | SourceMeter | Board | Spectrometer | Head | Syringe
Reader = Pumps | Stations | Single

_READERS: Mapping[str, type[Single]] = {
    "ika_ret": Hotplate,
    "runze_sv06": Selector,
    "palmsens_emstat_pico": Script,
    "keithley_2450": SourceMeter,
    "grbl_carousel": Board,
    "magritek_spinsolve": Spectrometer,
    "mettler_sics": Head,
    "new_era_ne1000": Syringe,
}


def readers(description: Mapping[str, Mapping[str, Mapping[str, object]]]) -> dict[str, Reader]:
    """Return a reader for each address of a bench description."""
    found: dict[str, Reader] = {}
    pumps: dict[str, dict[int, str]] = {}
    drives: dict[str, dict[int, tuple[str, float]]] = {}
    for name, device in description["devices"].items():
        address, model = str(device.get("address", name)), str(device["model"])
        options = device.get("options", {})
        if model == "tecan_cavro":
            switch = int(options.get("switch", 0)) if isinstance(options, Mapping) else 0
            pumps.setdefault(address, {})[0x31 + switch] = name
            found[address] = Pumps(pumps[address])
        elif model in {"delta_vfd", "modbus_block"}:
            told = drives.setdefault(address, {})
            if model == "delta_vfd":
                told[int(options["address"])] = name, float(options["ratio"])  # type: ignore[index]
            found[address] = Stations(told)
        elif model != "file_drop":
            found[address] = _READERS[model](name)
    return found
