"""The host's part in the Spinsolve transcripts, said with the driver's codec."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from autosynth.clock import Clock
from autosynth.contracts.nmr import Acquisition, ShimMethod
from autosynth.errors import IdentityError
from autosynth.wire.lane import Wire
from drivers.magritek_spinsolve import codec
from drivers.magritek_spinsolve.course import Course, parse_notification
from drivers.magritek_spinsolve.document import body
from drivers.magritek_spinsolve.framing import XmlFraming
from drivers.magritek_spinsolve.protocols import check_offered, read_protocols, settings
from tests.transcripts.model import Model, Part

PHOSPHORUS = {"Number": "scans", "RepetitionTime": "repetition", "PulseAngle": "pulse", "Decouple": "Off"}
_OPEN = frozenset({"RemoteControlVersion", "SpinsolveHardware", "HardwareCapabilities"})


async def _ask(wire: Wire, request: bytes) -> Element:
    return body(await wire.exchange(request, deadline_s=5.0))


async def _glued(wire: Wire, clock: Clock) -> None:
    course = Course()
    course.begin("C:\\Data\\1", "1D EXTENDED+")
    wire.on_event(lambda frame: course.hear(parse_notification(body(frame))))
    await wire.send(codec.start("1D EXTENDED+", {"Number": "4"}))
    await clock.sleep(1.0)
    assert (course.completed, course.successful, course.running) == (True, True, "")


async def _questions(wire: Wire, clock: Clock) -> None:
    hardware = codec.parse_hardware(await _ask(wire, codec.HARDWARE))
    assert codec.Hardware(connected=True, software="1.17.6", model="Spinsolve 80") == hardware
    await wire.send(codec.set_text("Sample", "tube 7"))
    assert codec.parse_text(await _ask(wire, codec.get_text("Sample")), "Sample") == "tube 7"
    question = codec.estimate("1D PROTON", {"Scan": "QuickScan"})
    assert codec.parse_estimate(await _ask(wire, question)) == (10.0, "")


async def _protocols(wire: Wire, clock: Clock) -> None:
    offered = codec.parse_protocols(await _ask(wire, codec.PROTOCOLS))
    assert offered["SHIM 1H SAMPLE"]["SampleReference"] == ()
    with pytest.raises(IdentityError, match=r"no protocol '1D EXTENDED\+' for 1H"):
        check_offered(read_protocols({}), offered, "nmr")
    fitting = read_protocols({"31P": {"name": "1D PHOSPHORUS+ WALTZ", "options": PHOSPHORUS}})
    check_offered(fitting, offered, "nmr")
    block = Acquisition("31P", 64, 5.0, 1.6, 90.0, "a", "tube 7")
    asked = {"Number": "64", "RepetitionTime": "5", "PulseAngle": "90", "Decouple": "Off"}
    assert settings(fitting["31P"], block, offered, "nmr") == asked


async def _shim(wire: Wire, clock: Clock) -> None:
    heard: list[Element] = []
    wire.on_event(lambda frame: heard.append(body(frame)))
    await wire.send(codec.shim(ShimMethod.CHECK))
    await clock.sleep(5.0)
    assert [each.tag for each in heard] == ["StatusNotification", "StatusNotification", "CheckShimResponse"]
    assert [parse_notification(each).status for each in heard[:2]] == ["running", "ready"]
    assert codec.Widths(0.61, 17.2, ready=True, error="") == codec.parse_widths(heard[2])


def _same(request: bytes, expected: bytes, actual: bytes) -> bool:
    """Compare elements by names; texts only of what was set, since the rest is each instrument's own."""
    if not expected:
        return not actual
    return actual.strip().endswith(b"</Message>") and _names(body(expected)) == _names(body(actual))


def _names(element: Element) -> tuple[str, str, list[str]]:
    children = [each for each in element if each.tag not in _OPEN | {"Option"}]
    texts = (each.text or "" for each in children if each.tag in {"Sample", "Solvent"})
    return element.tag, "".join(texts), sorted(each.tag for each in children)


def _bench(options: Mapping[str, Any]) -> Mapping[str, Any]:
    tube = {"capacity_ml": 1.2, "mixture": {"volumes_ml": {"water": 0.6}}}
    device = {"model": "magritek_spinsolve", "address": "port", "options": options, "vessel": "tube"}
    return {"schema": 1, "vessels": {"tube": tube}, "lines": [], "devices": {"device": device}}


MODEL = Model(
    parts={
        "glued": Part(XmlFraming, _glued),
        "questions": Part(XmlFraming, _questions),
        "protocols": Part(XmlFraming, _protocols),
        "shim": Part(XmlFraming, _shim),
    },
    bench=_bench,
    same=_same,
)
