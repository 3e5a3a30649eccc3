"""NAMUR commands over 7E1: queries are answered, orders are not, and a silent host may trip the watchdog.

Lines end in CR LF, with or without spaces about; a line over 80 characters or unknown is ignored, as is an order
out of range (assumed: nothing tells the host either way). Watchdog 1 switches everything off until a power cycle;
watchdog 2 falls back to its own set-points until cleared with `OUT_WD2@0` (assumed: new set-points are ignored until
then and the old ones do not come back by themselves).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulators.device import Link, Twin
from simulators.ika_ret.body import HotplateBody, Vessel
from simulators.ika_ret.thermal import Plant
from simulators.options import read_options

LONGEST = 80
WATCHDOG_S = (20, 1500)


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        name: What IN_NAME answers.
        safety_c: The safety temperature set on the instrument.
        highest_c: Highest set-point accepted (310 or 340).
        sensor: Whether an external sensor is in the vessel; the controller then holds the medium, else the plate.
        spaced: Whether lines end in " CR LF" with spaces, as some units do.
        fed_by_any: Whether any command feeds the watchdog; else only watchdog commands (the manuals can be read so).
        noise_c: Standard deviation of a temperature reading.
        rpm_s: How fast the motor changes speed.
        plate_j_k, plate_loss_w_k, contact_w_k, power_w, gain_w_k, glass_j_k, liquid_j_k_ml: Heat model (assumed).
    """

    name: str = "RCT digital"
    safety_c: float = 300.0
    highest_c: float = 310.0
    sensor: bool = True
    spaced: bool = False
    fed_by_any: bool = True
    noise_c: float = 0.03
    rpm_s: float = 300.0
    baud: int = 9600
    reply_delay_s: float = 0.02
    plate_j_k: float = 450.0
    plate_loss_w_k: float = 2.0
    contact_w_k: float = 1.5
    power_w: float = 600.0
    gain_w_k: float = 5.0
    glass_j_k: float = 30.0
    liquid_j_k_ml: float = 2.0
    boot_s: float = 2.0


class IkaFace:
    """One hotplate on its line."""

    faults = frozenset({"stuck_sensor", "stale_sensor", "drift"})

    def __init__(self, options: Options, vessel: str | None, twin: Twin, rng: np.random.Generator) -> None:
        self.link = Link("serial", options.baud, "7E1")
        self._options = options
        self._rng = rng
        plant = Plant(
            ambient_c=twin.temperature(None, 0.0),
            plate_j_k=options.plate_j_k,
            plate_loss_w_k=options.plate_loss_w_k,
            contact_w_k=options.contact_w_k,
            power_w=options.power_w,
            gain_w_k=options.gain_w_k,
        )
        load = Vessel(vessel, options.glass_j_k, options.liquid_j_k_ml)
        self._body = HotplateBody(twin, load, plant, options.safety_c, options.rpm_s, sensor=options.sensor)
        self._line = bytearray()
        self._outbox: list[tuple[float, bytes]] = []
        self._deaf_until_s = 0.0
        self._mode = "A"
        self._fallback_c: float = 0.0
        self._fallback_rpm: float = 0.0
        self._watchdog: tuple[int, float] | None = None
        self._expires_s: float | None = None
        self._error = ""
        self._limited = False
        self._answered: dict[str, float] = {}
        self._stale_until_s = float("-inf")

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete line is obeyed or answered."""
        self.advance(t_s)
        if t_s < self._deaf_until_s:
            self._line.clear()
            return
        for byte in data:
            if byte in b"\r\n":
                line, too_long = bytes(self._line).decode("latin-1").strip(), len(self._line) > LONGEST
                self._line.clear()
                if line and not too_long:
                    self._obey(t_s, line)
            elif len(self._line) <= LONGEST:
                self._line.append(byte)

    def _obey(self, t_s: float, line: str) -> None:
        if self._options.fed_by_any or line.startswith("OUT_WD"):
            self._feed(t_s)
        reply = self._value(t_s, line) if line.startswith("IN_") else self._order(t_s, line)
        if reply is not None:
            ending = " \r \n" if self._options.spaced else "\r\n"
            self._outbox.append((t_s + self._options.reply_delay_s, (reply + ending).encode("latin-1")))

    def _feed(self, t_s: float) -> None:
        if self._watchdog is not None:
            self._expires_s = t_s + self._watchdog[1]

    def _value(self, t_s: float, line: str) -> str | None:
        """Answer a query: value, space, channel."""
        body = self._body
        if line == "IN_NAME":
            return self._options.name
        kind, _, channel = line.removeprefix("IN_").partition("_")
        if kind == "PV" and channel in ("1", "2", "3"):
            return f"{self._temperature_c(t_s, channel):.1f} {channel}"
        values = {
            "PV_4": body.rpm(t_s),
            "PV_5": 0.0,
            "SP_1": body.target_c,
            "SP_2": body.target_c,
            "SP_3": body.safety_c,
            "SP_4": body.target_rpm,
        }
        known = values.get(f"{kind}_{channel}")
        return None if known is None else f"{known:.1f} {channel}"

    def _temperature_c(self, t_s: float, channel: str) -> float:
        """Return a temperature as it is answered: measured now, or the last one again while that is stale."""
        body = self._body
        body.look_at_vessel(t_s)
        if t_s >= self._stale_until_s or channel not in self._answered:
            true_c = body.sensed_c(t_s) if channel == "1" else body.plate_c(t_s)
            self._answered[channel] = true_c + self._options.noise_c * float(self._rng.standard_normal())
        return self._answered[channel]

    def _order(self, t_s: float, line: str) -> str | None:
        """Obey an order; only the watchdog's echo their value."""
        body = self._body
        name, at, text = line.partition("@" if "@" in line else " ")
        if at == "@":
            return self._arm(t_s, name, text.strip())
        works = not self._error
        match name:
            case "START_1" if works:
                body.heat(t_s, on=True, target_c=body.target_c)
            case "STOP_1":
                body.heat(t_s, on=False, target_c=body.target_c)
            case "START_4" if works:
                body.stir(t_s, on=True, target_rpm=body.target_rpm)
            case "STOP_4":
                body.stir(t_s, on=False, target_rpm=body.target_rpm)
            case "OUT_SP_1" | "OUT_SP_4":
                self._set(t_s, name, _number(text))
            case "SET_MODE_A" | "SET_MODE_B" | "SET_MODE_D":
                self._mode = name[-1]
            case "RESET":
                self._watchdog = self._expires_s = None
            case _:
                pass
        return None

    def _set(self, t_s: float, name: str, value: float | None) -> None:
        body = self._body
        if value is None or self._limited:
            return
        if name == "OUT_SP_1" and 0.0 <= value <= self._options.highest_c:
            body.heat(t_s, on=body.heating, target_c=round(value, 1))
        elif name == "OUT_SP_4" and (value == 0 or 50 <= value <= 1500):
            body.stir(t_s, on=body.stirring, target_rpm=float(round(value)))

    def _arm(self, t_s: float, name: str, text: str) -> str | None:
        value = _number(text)
        if value is None:
            return None
        low, high = WATCHDOG_S
        match name:
            case "OUT_SP_12" if 0 <= value <= self._options.highest_c:
                self._fallback_c = value
            case "OUT_SP_42" if 0 <= value <= 1500:
                self._fallback_rpm = value
            case "OUT_WD2" if value == 0:
                self._watchdog = self._expires_s = None
                self._limited = False
            case "OUT_WD1" | "OUT_WD2" if low <= value <= high:
                self._watchdog = (int(name[-1]), value)
                self._feed(t_s)
            case _:
                return None
        return text

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over the answers produced since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let the watchdog expire and the cut-out trip if it is time; return when either next may."""
        if self._expires_s is not None and self._expires_s <= t_s:
            self._body.advance(self._expires_s)
            self._bite(self._expires_s)
        body_s = self._body.advance(t_s)
        if self._body.cut_out and not self._error:
            self._error = "over temperature"
        times = [at_s for at_s in (body_s, self._expires_s) if at_s is not None]
        return min(times, default=None)

    def _bite(self, t_s: float) -> None:
        """The host has been silent too long."""
        body = self._body
        watchdog, self._expires_s = self._watchdog, None
        if watchdog is not None and watchdog[0] == 1:
            self._error = "Er02"
            self._watchdog = None
            body.heat(t_s, on=False, target_c=body.target_c)
            body.stir(t_s, on=False, target_rpm=body.target_rpm)
        else:
            self._limited = True
            body.heat(t_s, on=body.heating, target_c=self._fallback_c)
            body.stir(t_s, on=body.stirring, target_rpm=self._fallback_rpm)

    def power_cycle(self, t_s: float) -> None:
        """Errors and watchdogs are gone; heater and motor stay off unless mode B asked to go on as before."""
        self.advance(t_s)
        body = self._body
        resumes = self._mode == "B"
        heating, stirring = body.heating and resumes, body.stirring and resumes
        self._watchdog = self._expires_s = None
        self._error, self._limited = "", False
        self._line.clear()
        self._deaf_until_s = t_s + self._options.boot_s
        body.repair()
        body.heat(t_s, on=heating, target_c=body.target_c)
        body.stir(t_s, on=stirring, target_rpm=body.target_rpm)

    def opened(self, t_s: float) -> None:
        """Opening the port does nothing to this hotplate."""
        self.advance(t_s)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Freeze the temperature sensor or what is answered of it (`for` seconds, else for good), or let it drift.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        if fault not in self.faults:
            raise ValueError(f"a hotplate knows no fault {fault!r}; known are {', '.join(sorted(self.faults))}")
        until_s = values.get("for", float("inf"))
        if fault == "stuck_sensor":
            self._body.jam_sensor(t_s, until_s)
        elif fault == "stale_sensor":
            self._stale_until_s = t_s + until_s
        else:
            self._body.drift(t_s, values["per_h"])

    def state(self) -> dict[str, Any]:
        """Return what is on, the set-points and the error on the display."""
        body = self._body
        return {
            "heating": body.heating,
            "stirring": body.stirring,
            "target_c": body.target_c,
            "target_rpm": body.target_rpm,
            "error": self._error,
            "watchdog": None if self._watchdog is None else self._watchdog[0],
            "watchdog_limited": self._limited,
            "cut_out": body.cut_out,
        }


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> IkaFace:
    """Build a cold, idle hotplate.

    Raises:
        ValueError: for an option that is unknown or of the wrong kind.
    """
    return IkaFace(read_options(Options, spec.get("options", {})), spec.get("vessel"), twin, rng)
