"""What the instrument's error numbers mean; two published lists agree on those below 4100.

A number that is not listed belongs to a later firmware and is reported as it is.
"""

import re

from autosynth.errors import DeviceRefusedError

NOTHING_RUNS = 0x0006

_MEANINGS = {
    0x0001: "unspecified error", 0x0002: "wrong type of value", 0x0003: "unknown command", 0x0004: "unknown register",
    0x0005: "register is read-only", 0x0006: "not possible in this communication mode (no script runs)",
    0x0007: "wrong argument", 0x0008: "command buffer overflow", 0x0009: "command came too slowly",
    0x000A: "referenced argument out of range", 0x000B: "out of memory for variables", 0x000C: "no script is loaded",
    0x000D: "invalid time", 0x000E: "overflow", 0x000F: "potential cannot be applied", 0x0010: "not a finite number",
    0x0011: "frequency cannot be applied", 0x0012: "amplitude cannot be applied", 0x0013: "invalid storage address",
    0x0014: "open-circuit potential asked for with the cell on", 0x0015: "checksum error", 0x0016: "flash memory error",
    0x0017: "flash memory error", 0x0018: "settings are corrupt", 0x0019: "not authorised", 0x001A: "calibration error",
    0x001B: "not supported by this instrument", 0x001C: "step must be positive", 0x001D: "pulse must be positive",
    0x001E: "amplitude must be positive", 0x001F: "technique is not licensed", 0x0020: "several high-speed channels",
    0x0021: "unknown mode of the potentiostat", 0x0022: "channel is no second working electrode",
    0x0023: "not possible in this mode of the potentiostat", 0x0024: "too many extra variables",
    0x0025: "unknown pulsed mode", 0x0026: "file error", 0x0027: "file exists already", 0x0028: "division by zero",
    0x002F: "channel is not available", 0x0032: "critical overload of the cell", 0x003E: "time-out",
    0x0046: "multiplexer not found", 0x0058: "timing cannot be kept", 0x005A: "timing cannot be kept",
    0x0080: "the counter electrode oscillates", 0x4000: "syntax error in the script", 0x4001: "unknown script command",
    0x4002: "wrong argument in the script", 0x4003: "script argument out of range", 0x4004: "unexpected character",
    0x4005: "script is too long", 0x4006: "unknown type of variable", 0x4007: "variable was not declared",
    0x4008: "wrong optional argument", 0x4009: "stored script is of another version",
    0x7FFF: "fatal error, the instrument must be reset",
}  # fmt: skip
_FAULT = re.compile(rb".?!([0-9A-Fa-f]{4})(?:: *([^\r\n]*))?")


def fault_number(line: bytes) -> int | None:
    """Return the error number that a reply or output line carries, or None."""
    found = _FAULT.match(line)
    return int(found[1], 16) if found else None


def refusal(line: bytes, device: str, sent: bytes) -> DeviceRefusedError:
    """Return the error that an error line means, with its place in the script where the instrument tells it."""
    found = _FAULT.match(line)
    number = int(found[1], 16) if found else -1
    meaning = _MEANINGS.get(number, "an error this driver does not know")
    where = f" ({found[2].decode('ascii', 'replace')})" if found and found[2] else ""
    return DeviceRefusedError(f"error {number:04X}: {meaning}{where}", device, sent, line)
