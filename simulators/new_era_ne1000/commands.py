"""What the pump does when it is told something: settings, starting, stopping, reports.

Each returns what stands behind the status letter. Assumed: a stopped pump answers STP with `?NA`; the first STP pauses
and the second ends the stroke; setting the diameter clears the counters and chooses the unit of volumes.
"""

import re
from collections.abc import Callable
from math import inf

from simulators.new_era_ne1000.body import PlungerBody
from simulators.new_era_ne1000.settings import ML_S, Settings, number, shown

UNKNOWN, NOT_NOW, OUT_OF_RANGE = "?", "?NA", "?OOR"
PHASES = 41


class Commands:
    """The command set on one plunger; `status` is the status letter while nothing moves."""

    def __init__(self, body: PlungerBody, settings: Settings, version: str) -> None:
        self.settings = settings
        self.status = "S"
        self._body = body
        self._version = version
        self._known: dict[str, Callable[[float, str], str]] = {
            "DIA": self._dia,
            "RAT": self._rat,
            "VOL": self._vol,
            "DIR": self._dir,
            "RUN": self._run,
            "STP": self._stp,
            "DIS": self._dis,
            "CLD": self._cld,
            "PHN": self._phn,
            "FUN": self._fun,
            "SAF": self._saf,
            "VER": lambda t_s, rest: self._version if not rest else UNKNOWN,
        }

    def letter(self) -> str:
        """Return the status letter."""
        if not self._body.moving:
            return self.status
        return "I" if self.settings.direction == "INF" else "W"

    def obey(self, t_s: float, text: str) -> str:
        """Do what a command without its address says."""
        text = text.upper()
        if not text:
            return ""
        known = self._known.get(text[:3])
        return UNKNOWN if known is None else known(t_s, text[3:])

    def stopped(self) -> None:
        """Note that a stroke has ended, by itself or by an alarm: the next one begins anew."""
        self.status = "S"
        self._body.done_ml = 0.0

    def _dia(self, t_s: float, rest: str) -> str:
        settings = self.settings
        if not rest:
            return shown(settings.diameter_mm)
        value = number(rest)
        if self._body.moving:
            return NOT_NOW
        if value is None or not 0.1 <= value <= 80.0:
            return OUT_OF_RANGE
        settings.diameter_mm, settings.volume_unit = value, Settings.unit_for(value)
        self._body.infused_ml = self._body.withdrawn_ml = 0.0
        return ""

    def _rat(self, t_s: float, rest: str) -> str:
        settings = self.settings
        if not rest:
            return f"{shown(settings.rate)}{settings.rate_unit}"
        found = re.fullmatch(r"([0-9.]+)(UM|MM|UH|MH)?", rest)
        value = number(found[1]) if found else None
        if found is None or value is None:
            return OUT_OF_RANGE
        if self._body.moving and found[2]:
            return NOT_NOW
        unit = found[2] or settings.rate_unit
        if not settings.possible(value * ML_S[unit]):
            return OUT_OF_RANGE
        if self._body.moving:
            self._body.turn_to_rate(t_s, value * ML_S[unit])
        else:
            settings.rate, settings.rate_unit = value, unit
        return ""

    def _vol(self, t_s: float, rest: str) -> str:
        settings = self.settings
        if not rest:
            return f"{shown(settings.volume)}{settings.volume_unit}"
        if self._body.moving:
            return NOT_NOW
        if rest in {"UL", "ML"}:
            settings.volume_unit = rest
            return ""
        value = number(rest)
        if value is None:
            return OUT_OF_RANGE
        settings.volume = value
        return ""

    def _dir(self, t_s: float, rest: str) -> str:
        settings = self.settings
        if not rest:
            return settings.direction
        if self._body.moving:
            return NOT_NOW
        if rest not in {"INF", "WDR", "REV"}:
            return OUT_OF_RANGE
        other = {"INF": "WDR", "WDR": "INF"}[settings.direction]
        settings.direction = other if rest == "REV" else rest
        return ""

    def _run(self, t_s: float, rest: str) -> str:
        settings = self.settings
        if self._body.moving or settings.function != "RAT":
            return NOT_NOW
        if not settings.possible(settings.rate_ml_s):
            return OUT_OF_RANGE
        if self.status != "P":
            self._body.done_ml = 0.0
        rate = settings.rate_ml_s if settings.direction == "INF" else -settings.rate_ml_s
        self._body.begin(t_s, rate, settings.volume_ml or inf)
        return ""

    def _stp(self, t_s: float, rest: str) -> str:
        if self._body.moving:
            self._body.end(t_s)
            self.status = "P"
            return ""
        if self.status == "S":
            return NOT_NOW
        self.stopped()
        return ""

    def _dis(self, t_s: float, rest: str) -> str:
        size = 1e3 if self.settings.volume_unit == "UL" else 1.0
        infused, withdrawn = (shown(volume_ml * size) for volume_ml in self._body.counted(t_s))
        return f"I{infused}W{withdrawn}{self.settings.volume_unit}"

    def _cld(self, t_s: float, rest: str) -> str:
        if self._body.moving:
            return NOT_NOW
        if rest == "INF":
            self._body.infused_ml = 0.0
        elif rest == "WDR":
            self._body.withdrawn_ml = 0.0
        else:
            return OUT_OF_RANGE
        return ""

    def _phn(self, t_s: float, rest: str) -> str:
        if not rest:
            return f"{self.settings.phase:02d}"
        if not rest.isdecimal() or not 1 <= int(rest[:4]) <= PHASES:
            return OUT_OF_RANGE
        self.settings.phase = int(rest[:4])
        return ""

    def _fun(self, t_s: float, rest: str) -> str:
        if not rest:
            return self.settings.function
        if rest not in {"RAT", "STP"}:
            return UNKNOWN
        self.settings.function = rest
        return ""

    def _saf(self, t_s: float, rest: str) -> str:
        if not rest:
            return f"{self.settings.safe_s:03d}"
        if not rest.isdecimal() or not 0 <= int(rest[:4]) <= 255:
            return OUT_OF_RANGE
        self.settings.safe_s = int(rest[:4])
        return ""
