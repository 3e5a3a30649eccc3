"""Faults by name on any device of the simulated bench: read from text, and done to replies.

`device:name@key=value,key=value`, for example `pump:drop_reply@n=3` or `hotplate:silent@t=120,for=30`. Names and keys
are those of `faultkinds`. A fault that would strike always or never for want of a key is refused, and so is a key that
it does not take. A reply counts when the device produces it, whether or not it arrives.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from simulators.faultkinds import KEYS, KINDS, Kind

GARBAGE_BYTES = 6

Frame = tuple[float, bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as specified."""

    device: str
    name: str
    values: Mapping[str, float]

    @property
    def t_s(self) -> float:
        """Return the time from which it holds; the start when none is given."""
        return self.values.get("t", 0.0)

    @property
    def end_s(self) -> float:
        """Return the time at which it is over."""
        return self.t_s + self.values.get("for", inf)


def parse_fault(spec: str, devices: Mapping[str, Collection[str]]) -> Fault:
    """Read one fault; `devices` are those of the bench, each with the faults of its own.

    Raises:
        ValueError: the text, the device, the name or a key is not known, or a key the fault needs is missing.
    """
    head, _, tail = spec.partition("@")
    device, colon, name = (part.strip() for part in head.partition(":"))
    if not colon:
        message = f"no fault {spec!r}: write device:name@key=value"
        raise ValueError(message)
    if device not in devices:
        message = f"no device {device!r} for fault {spec!r}: the bench has {', '.join(sorted(devices))}"
        raise ValueError(message)
    known = faults_of(devices[device])
    if name not in known:
        message = f"{device} has no fault {name!r}; it has {', '.join(known)}"
        raise ValueError(message)
    fault = Fault(device, name, _values(spec, tail, ("t", *KINDS[name].keys)))
    _complete(spec, fault, KINDS[name])
    return fault


def faults_of(own: Collection[str]) -> list[str]:
    """Return the names of all faults that can befall a device that has these of its own."""
    return [name for name, kind in KINDS.items() if kind.of != "device" or name in own]


def _values(spec: str, tail: str, keys: Collection[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in tail.split(","))):
        key, equals, text = item.partition("=")
        if not equals or key not in keys or key in values:
            said = ", ".join(f"{each} ({KEYS[each]})" for each in keys)
            message = f"cannot read {item!r} in fault {spec!r}: its keys are {said}, each once"
            raise ValueError(message)
        try:
            values[key] = float(text)
        except ValueError as error:
            message = f"{text!r} in fault {spec!r} is not a number"
            raise ValueError(message) from error
    if any(not isfinite(value) or (value < 0.0 and key != "per_h") for key, value in values.items()):
        message = f"fault {spec!r} has a negative or infinite number"
        raise ValueError(message)
    return values


def _complete(spec: str, fault: Fault, kind: Kind) -> None:
    """Refuse a fault that would never or always happen by omission, and parts of more than the whole."""
    for group in kind.needs:
        if not any(key in fault.values for key in group):
            message = f"fault {spec!r} needs {' or '.join(group)}"
            raise ValueError(message)
    for key, what in (("p", "probability"), ("share", "share")):
        if fault.values.get(key, 0.0) > 1.0:
            message = f"fault {spec!r} has a {what} above one"
            raise ValueError(message)


class FrameFaults:
    """What happens to one device's replies on their way out."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._planned: list[Planned] = []
        self._replies = 0
        self._kept = b""

    def add(self, fault: Fault) -> None:
        """Let a fault of replies befall this device; its `n` counts from now."""
        self._planned.append(Planned(fault, self._replies))

    def apply(self, frame: Frame) -> list[Frame]:
        """Return the frames that leave instead of one reply."""
        self._replies += 1
        if self._kept:
            frame, self._kept = (frame[0], self._kept + frame[1]), b""
        frames = [frame]
        for planned in self._planned:
            if self._strikes(planned, frame[0]):
                planned.struck = True
                frames = [changed for one in frames for changed in self._change(planned.fault, one)]
        return frames

    def has_struck(self, fault: Fault) -> bool:
        """Tell whether a fault has spoilt any reply."""
        return any(planned.struck for planned in self._planned if planned.fault is fault)

    def _strikes(self, planned: "Planned", t_s: float) -> bool:
        """Tell whether a fault hits this reply: by number, by chance, or the first one from its time on."""
        fault = planned.fault
        if not fault.t_s <= t_s < fault.end_s:
            return False
        if fault.name == "silent":
            return True
        if "n" in fault.values:
            return self._replies - planned.since == int(fault.values["n"])
        if "p" in fault.values:
            return bool(self._rng.random() < fault.values["p"])
        if "for" in fault.values:
            return True
        return not planned.struck

    def _change(self, fault: Fault, frame: Frame) -> list[Frame]:
        t_s, data = frame
        match fault.name:
            case "drop_reply" | "silent":
                return []
            case "late_reply":
                return [(t_s + fault.values["by"], data)]
            case "duplicate_reply":
                return [frame, frame]
            case "glue_reply":
                self._kept = data[: int(fault.values.get("byte", len(data)))]
                return []
            case "garbage":
                return [(t_s, self._rng.integers(0, 256, GARBAGE_BYTES, dtype=np.uint8).tobytes() + data)]
            case _:
                return self._spoilt(fault, t_s, data)

    def _spoilt(self, fault: Fault, t_s: float, data: bytes) -> list[Frame]:
        """Cut a reply short, or turn one bit of it."""
        offset = int(fault.values["byte"]) if "byte" in fault.values else int(self._rng.integers(0, len(data)))
        offset = offset % len(data)
        if fault.name == "truncate_reply":
            return [(t_s, data[:offset])] if offset else []
        flipped = data[offset] ^ (1 << int(self._rng.integers(0, 7)))
        return [(t_s, data[:offset] + bytes([flipped]) + data[offset + 1 :])]


@dataclass(slots=True)
class Planned:
    """A fault of replies, the number of replies before it was given, and whether it has struck."""

    fault: Fault
    since: int
    struck: bool = False
