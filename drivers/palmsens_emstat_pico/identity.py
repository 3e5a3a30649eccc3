"""Who the instrument says it is."""

import re

from autosynth.contracts.device import Identity
from autosynth.errors import GarbledReplyError, IdentityError

_MODELS = {
    "espico": "EmStat Pico",
    "es4_lr": "EmStat4 LR",
    "es4_hr": "EmStat4 HR",
    "mes4lr": "MultiEmStat4 LR",
    "mes4hr": "MultiEmStat4 HR",
    "senswb": "Sensit Wearable",
    "nexus1": "Nexus",
}
_BOOTLOADER = "espbl"
_VERSION = re.compile(rb"t([a-z0-9_]{5,6}?)([0-9]{4})#([^\r\n]*)\r?\n([A-Z]?)\*")


def parse_identity(version: bytes, serial: bytes, device: str) -> Identity:
    """Return the identity from the answers to `t` and `i`.

    Raises:
        GarbledReplyError: an answer has another form.
        IdentityError: it is another kind of instrument, or one that waits for firmware.
    """
    found = _VERSION.match(version)
    if found is None or not serial.startswith(b"i"):
        message = "not an answer to version and serial number"
        raise GarbledReplyError(message, device, b"t\ni\n", version + serial)
    kind, number = found[1].decode(), found[2].decode()
    if kind not in _MODELS:
        what = "is in its bootloader" if kind == _BOOTLOADER else "is not a MethodSCRIPT potentiostat that we know"
        message = f"an instrument {kind!r} {what}"
        raise IdentityError(message, device, b"t\n", version)
    release = {"R": "release", "B": "beta"}.get(found[4].decode(), "")
    details = {"id": kind, "built": found[3].decode("ascii", "replace"), "kind": release}
    return Identity(_MODELS[kind], serial[1:].decode("ascii", "replace").strip(), _dotted(number), details)


def _dotted(number: str) -> str:
    return f"{number[0]}.{number[1]}.{number[2:]}"
