"""Writes a pump's calibration into the text of a station file and leaves every other character as it is.

The place is found in the parsed text, so comments, order and style of the rest survive. Nothing is written to disk.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from autosynth.contracts.calibration import PumpCalibration
from autosynth.errors import InputError, Mark, Problem

_KEY = "calibration"


def with_calibration(text: str, file: str, device: str, calibration: PumpCalibration) -> str:
    """Return the station's text with the device's calibration as given, in place of the one it had.

    Raises:
        InputError: the text has no such device, or is written in a way that cannot be edited.
    """
    fields = calibration_fields(calibration)
    node = _device(text, file, device)
    held = _entry(node, _KEY)
    if isinstance(held, yaml.MappingNode):
        return _with_fields(text, held, fields)
    if held is not None:
        raise _refused(file, device, "what stands there is no mapping")
    written = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return _added(text, node, f"{_KEY}: {{{written}}}")


def calibration_fields(calibration: PumpCalibration) -> dict[str, str]:
    """Return a calibration's keys and values as a station file has them."""
    return {
        "gain": f"{calibration.gain:.5f}",
        "gain_sd": f"{100 * calibration.gain_rel_sd:.2g} %",
        "stroke_sd": f"{1e3 * calibration.stroke_sd_ml:.2g} uL",
        "date": calibration.date,
        "replicates": str(calibration.replicates),
        "method": calibration.method,
    }


def _with_fields(text: str, node: yaml.MappingNode, fields: Mapping[str, str]) -> str:
    """Return the text with the values of a mapping replaced, from its end backwards, and missing ones added."""
    present = {key.value for key, _ in node.value}
    missing = [f"{key}: {value}" for key, value in fields.items() if key not in present]
    if missing:
        text = _added(text, node, *missing)
    for key, value in reversed(node.value):
        if key.value in fields and isinstance(value, yaml.ScalarNode):
            text = text[: value.start_mark.index] + fields[key.value] + text[value.end_mark.index :]
    return text


def _added(text: str, node: yaml.MappingNode, *entries: str) -> str:
    """Return the text with entries after the last one of a mapping, in its own style."""
    if not node.value:
        at = node.start_mark.index + 1
        return f"{text[:at]}{', '.join(entries)}{text[at:]}"
    first, at = node.value[0][0], _end(node.value[-1][1])
    if node.flow_style:
        return f"{text[:at]}, {', '.join(entries)}{text[at:]}"
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    indent = " " * first.start_mark.column
    return text[:end] + "".join(f"\n{indent}{entry}" for entry in entries) + text[end:]


def _end(node: yaml.Node) -> int:
    """Return where a value's own text ends: the parser counts what follows a block, up to the next entry, to it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _device(text: str, file: str, device: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    devices = _entry(root, "devices")
    found = _entry(devices, device)
    if not isinstance(found, yaml.MappingNode):
        raise _refused(file, device, "there is no such mapping under devices:")
    return found


def _entry(node: Any, name: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _refused(file: str, device: str, why: str) -> InputError:
    message = f"the calibration of {device} cannot be written: {why}"
    return InputError(Problem(message, Mark(file, 1, 1), f"write its {_KEY}: by hand", "station"))
