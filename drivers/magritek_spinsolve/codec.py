"""Spinsolve requests as bytes and answers as values.

Texts and names are exactly the software's own. The vendor's schema has a data folder set inside `<Set>`; programs in
use send it beside, so it is an option. Source: the schema and published drivers, see the entry.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from autosynth.contracts.nmr import ShimMethod
from autosynth.errors import GarbledReplyError
from drivers.magritek_spinsolve.document import message

HARDWARE = message(Element("HardwareRequest"))
PROTOCOLS = message(Element("AvailableProtocolOptionsRequest"))
ABORT = message(Element("Abort"))
_SHIMS = {ShimMethod.CHECK: "CheckShim", ShimMethod.QUICK: "QuickShim", ShimMethod.POWER: "PowerShim"}

TRUTHS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
"""As the vendor's schema has them."""
Offered = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Protocol -> option -> its values; no values means free text."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Who answers, and whether its software has the magnet at hand."""

    connected: bool
    software: str
    model: str


@dataclass(frozen=True, slots=True)
class Widths:
    """What a shim found: line widths at half height and at the base in Hz, None where it says none."""

    line_width_hz: float | None
    base_width_hz: float | None
    ready: bool
    error: str


def start(protocol: str, options: Mapping[str, str]) -> bytes:
    """Return the request that starts a measurement; ValueError for text that XML cannot hold."""
    return message(_with_options("Start", protocol, options))


def estimate(protocol: str, options: Mapping[str, str]) -> bytes:
    """Return the question how long a measurement takes; ValueError for text that XML cannot hold."""
    return message(_with_options("EstimateDurationRequest", protocol, options))


def shim(method: ShimMethod) -> bytes:
    """Return the request to look at, touch up or make the shim."""
    return message(Element(f"{_SHIMS[method]}Request"))


def shim_answer(method: ShimMethod) -> str:
    """Return the name of the element that answers `shim`."""
    return f"{_SHIMS[method]}Response"


def set_text(name: str, text: str) -> bytes:
    """Return the request that sets `Sample` or `Solvent`; ValueError for text that XML cannot hold."""
    root = Element("Set")
    SubElement(root, name).text = text
    return message(root)


def set_user_data(data: Mapping[str, str]) -> bytes:
    """Return the request that sets what is written into the data; ValueError for text that XML cannot hold."""
    root = Element("Set")
    held = SubElement(root, "UserData")
    for key, value in data.items():
        SubElement(held, "Data", key=key, value=value)
    return message(root)


def set_folder(path: str, *, inside: bool) -> bytes:
    """Return the request to write exactly into `path`, `inside` a `<Set>` or beside it; ValueError as above."""
    folder = Element("DataFolder")
    SubElement(folder, "UserFolder").text = path
    if not inside:
        return message(folder)
    root = Element("Set")
    root.append(folder)
    return message(root)


def get_text(name: str) -> bytes:
    """Return the question what `Sample` or `Solvent` is set to."""
    root = Element("GetRequest")
    SubElement(root, name)
    return message(root)


def parse_hardware(answer: Element) -> Hardware:
    """Return who answers.

    Raises:
        GarbledReplyError: it does not say whether the hardware is connected.
    """
    return Hardware(
        connected=_truth(answer, "ConnectedToHardware"),
        software=(answer.findtext("SpinsolveSoftware") or "").strip(),
        model=(answer.findtext("SpinsolveType") or "").strip(),
    )


def parse_protocols(answer: Element) -> Offered:
    """Return the protocols offered, with their options and values."""
    return {
        protocol.get("protocol", ""): {
            option.get("name", ""): tuple((value.text or "").strip() for value in option.iter("Value"))
            for option in protocol.iter("Option")
        }
        for protocol in answer.iter("Protocol")
    }


def parse_estimate(answer: Element) -> tuple[float, str]:
    """Return the duration of a measurement in seconds and the error that the software sees in it, or "".

    Raises:
        GarbledReplyError: it says neither an error nor a duration.
    """
    error = answer.get("error", "").strip()
    if error and not answer.get("durationInSeconds"):
        return 0.0, error
    return number(answer.get("durationInSeconds", ""), answer.tag), error


def parse_widths(answer: Element) -> Widths:
    """Return what a shim found.

    Raises:
        GarbledReplyError: a width is no number, or it says no error and not whether the system is ready.
    """
    error = answer.get("error", "").strip()
    line, base = ((answer.findtext(name) or "").strip() for name in ("LineWidth", "BaseWidth"))
    said = answer.find("SystemIsReady") is not None
    return Widths(
        line_width_hz=number(line, answer.tag) if line else None,
        base_width_hz=number(base, answer.tag) if base else None,
        ready=_truth(answer, "SystemIsReady") if said or not error else False,
        error=error,
    )


def parse_text(answer: Element, name: str) -> str:
    """Return what `Sample` or `Solvent` is set to."""
    return (answer.findtext(name) or "").strip()


def number(text: str, where: str) -> float:
    """Return a number that is not negative.

    Raises:
        GarbledReplyError: it is none.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise GarbledReplyError(f"{text!r} in <{where}> is not a number", received=text.encode()) from error
    if not math.isfinite(value) or value < 0:
        raise GarbledReplyError(f"{text!r} in <{where}> cannot be", received=text.encode())
    return value


def _truth(answer: Element, name: str) -> bool:
    text = (answer.findtext(name) or "").strip().lower()
    if text not in TRUTHS:
        raise GarbledReplyError(f"<{answer.tag}> does not say whether {name}", received=text.encode())
    return TRUTHS[text]


def _with_options(name: str, protocol: str, options: Mapping[str, str]) -> Element:
    root = Element(name, protocol=protocol)
    for option, value in options.items():
        SubElement(root, "Option", name=option, value=value)
    return root
