"""Faults by name on any device of the simulated bench: read from text, done to frames, ports or devices.

`device:name@key=value,key=value`, for example `pump:drop_reply@n=3` or `hotplate:silent@t=120,for=30`. Keys: `t` from
this time in s on (alone: the first reply then), `n` the k-th reply of the device (from 1), `p` probability per reply,
`by` delay in s, `for` duration in s (for ever when absent), `byte` offset, `at_ml` volume, `position` of a tube. A
fault that would strike always or never for want of a key is refused.
A reply counts when the device produces it, whether or not it arrives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np

FRAME_FAULTS = (
    "drop_reply",
    "late_reply",
    "corrupt_reply",
    "duplicate_reply",
    "truncate_reply",
    "garbage",
    "silent",
)
PORT_FAULTS = ("power_cycle", "unplug")
DEVICE_FAULTS = (
    "stall",
    "overload",
    "busy_forever",
    "stuck_sensor",
    "homing_lost",
    "tube_missing",
    "shim_failed",
    "busy_other_user",
    "folder_late",
    "fid_truncated",
)
NEEDED = {
    "late_reply": "by",
    "tube_missing": "position",
    "busy_other_user": "for",
    "folder_late": "for",
    "fid_truncated": "n",
}
"""Faults that mean nothing without a key."""
KEYS = ("at_ml", "by", "byte", "for", "n", "p", "position", "t")
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


def parse_fault(spec: str, devices: Iterable[str]) -> Fault:
    """Read one fault.

    Raises:
        ValueError: the text, the device, the name or a key is not known, or a key the fault needs is missing.
    """
    head, _, tail = spec.partition("@")
    device, colon, name = head.strip().partition(":")
    known = (*FRAME_FAULTS, *PORT_FAULTS, *DEVICE_FAULTS)
    if not colon or name not in known:
        message = f"no fault {spec!r}: write device:name@key=value with a name of {', '.join(known)}"
        raise ValueError(message)
    names = sorted(devices)
    if device not in names:
        message = f"no device {device!r} for fault {spec!r}: the bench has {', '.join(names)}"
        raise ValueError(message)
    fault = Fault(device, name, _values(spec, tail))
    _complete(spec, fault)
    return fault


def _values(spec: str, tail: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in tail.split(","))):
        key, equals, text = item.partition("=")
        if not equals or key not in KEYS or key in values:
            message = f"cannot read {item!r} in fault {spec!r}: keys are {', '.join(KEYS)}, each once"
            raise ValueError(message)
        try:
            values[key] = float(text)
        except ValueError as error:
            message = f"{text!r} in fault {spec!r} is not a number"
            raise ValueError(message) from error
    if any(value < 0.0 or value != value for value in values.values()):
        message = f"fault {spec!r} has a negative number"
        raise ValueError(message)
    return values


def _complete(spec: str, fault: Fault) -> None:
    """Refuse a fault that would never or always happen by omission."""
    needed: tuple[str, ...] = ()
    if fault.name in PORT_FAULTS or fault.name == "silent":
        needed = ("t",)
    elif fault.name in FRAME_FAULTS:
        needed = ("n", "p", "t")
    if needed and not any(key in fault.values for key in needed):
        message = f"fault {spec!r} needs {' or '.join(needed)}"
        raise ValueError(message)
    key = NEEDED.get(fault.name)
    if key is not None and key not in fault.values:
        message = f"fault {spec!r} needs {key}"
        raise ValueError(message)
    if fault.values.get("p", 0.0) > 1.0:
        message = f"fault {spec!r} has a probability above one"
        raise ValueError(message)


@dataclass(slots=True)
class FrameFaults:
    """What happens to one device's replies on their way out."""

    faults: Sequence[Fault]
    rng: np.random.Generator
    replies: int = 0
    _spent: set[int] = field(default_factory=set[int])

    def apply(self, frame: Frame) -> list[Frame]:
        """Return the frames that leave instead of one reply."""
        self.replies += 1
        frames = [frame]
        for which, fault in enumerate(self.faults):
            if self._strikes(which, fault, frame[0]):
                frames = [changed for one in frames for changed in _change(fault, one, self.rng)]
        return frames

    def _strikes(self, which: int, fault: Fault, t_s: float) -> bool:
        """Tell whether a fault hits this reply: by number, by chance, or the first one from its time on."""
        if not fault.t_s <= t_s < fault.end_s:
            return False
        if fault.name == "silent":
            return True
        if "n" in fault.values:
            return self.replies == int(fault.values["n"])
        if "p" in fault.values:
            return bool(self.rng.random() < fault.values["p"])
        if "for" in fault.values:
            return True
        first = which not in self._spent
        self._spent.add(which)
        return first


def _change(fault: Fault, frame: Frame, rng: np.random.Generator) -> list[Frame]:
    t_s, data = frame
    if fault.name in {"drop_reply", "silent"}:
        return []
    if fault.name == "late_reply":
        return [(t_s + fault.values["by"], data)]
    if fault.name == "duplicate_reply":
        return [frame, frame]
    if fault.name == "garbage":
        return [(t_s, rng.integers(0, 256, GARBAGE_BYTES, dtype=np.uint8).tobytes() + data)]
    offset = int(fault.values["byte"]) if "byte" in fault.values else int(rng.integers(0, len(data)))
    offset = offset % len(data)
    if fault.name == "truncate_reply":
        return [(t_s, data[:offset])] if offset else []
    flipped = data[offset] ^ (1 << int(rng.integers(0, 7)))
    return [(t_s, data[:offset] + bytes([flipped]) + data[offset + 1 :])]
