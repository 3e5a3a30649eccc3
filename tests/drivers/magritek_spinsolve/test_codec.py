"""XML built and parsed, framed however it comes, and what was measured judged by its bytes."""

import contextlib
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosynth.contracts.nmr import ShimMethod
from autosynth.errors import GarbledReplyError
from autosynth.wire.lane import Event, Reply
from drivers.magritek_spinsolve import codec
from drivers.magritek_spinsolve.course import Notification, parse_notification, same_place
from drivers.magritek_spinsolve.dataset import data_bytes, fault
from drivers.magritek_spinsolve.document import body
from drivers.magritek_spinsolve.framing import XmlFraming
from tests.drivers.frames import frames, pieces
from tests.drivers.magritek_spinsolve.fake_spinsolve import completed, fid, progress, protocol_list, said, state

HARDWARE = said("<HardwareResponse><ConnectedToHardware>true</ConnectedToHardware></HardwareResponse>")
SHIMMED = said("<CheckShimResponse><LineWidth>1</LineWidth><SystemIsReady>true</SystemIsReady></CheckShimResponse>")
MESSAGES = st.sampled_from(
    [HARDWARE, SHIMMED, protocol_list(), state("1D PROTON", "Running", "C:\\a"), progress("X", 3)]
)
NOISE = st.binary(max_size=10).filter(lambda data: b"<" not in data)
PARSERS: list[Callable[[Any], Any]] = [
    codec.parse_hardware,
    codec.parse_protocols,
    codec.parse_estimate,
    codec.parse_widths,
    lambda element: codec.parse_text(element, "Sample"),
    parse_notification,
]


@given(st.lists(st.tuples(NOISE, MESSAGES), max_size=4), st.data())
def test_messages_are_found_however_they_are_cut(parts: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    """Glued or split, with byte order marks, white space or noise between them."""
    stream = b"".join(noise + message for noise, message in parts)
    found, garbled = frames(XmlFraming(), data.draw(pieces(stream)))
    assert ([message.strip() for _, message in parts], 0) == (found, garbled)


def test_a_message_that_broke_off_is_left_behind() -> None:
    """What begins anew before the end is the message."""
    assert [HARDWARE.strip()] == frames(XmlFraming(), [HARDWARE[:60], b"\xef\xbb\xbf", HARDWARE])[0]


def test_a_message_needs_no_declaration() -> None:
    """Nor line ends."""
    bare = b"<Message><GetResponse><Sample>a</Sample></GetResponse></Message>"
    assert [bare, bare] == frames(XmlFraming(), [bare + bare])[0]


@pytest.mark.parametrize(
    ("message", "kind"),
    [(HARDWARE, Reply), (protocol_list(), Reply), (SHIMMED, Event), (completed("1D PROTON"), Event)],
)
def test_what_comes_minutes_later_is_an_event(message: bytes, kind: type) -> None:
    """What is answered at once is a reply."""
    framing = XmlFraming()
    framing.feed(message)
    assert type(framing.next()) is kind


@pytest.mark.parametrize(
    "frame",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><Message><A>&b;</A></Message>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Message><A/></Message>',
        b"<Message></Message>",
        b"<Message><A/><B/></Message>",
        b"<Other><A/></Other>",
        b"<Message><A></Message>",
        b'<?xml version="1.0" encoding="klingon"?><Message><A/></Message>',
        b"",
    ],
)
def test_what_is_no_message_is_garbled(frame: bytes) -> None:
    """Declared types and entities above all: they are never expanded."""
    with pytest.raises(GarbledReplyError):
        body(frame)


def test_an_endless_message_is_garbled_and_dropped() -> None:
    """And the next one is read."""
    framing = XmlFraming()
    assert frames(framing, [b"<Message>", b"x" * (5 << 20)]) == ([], 1)
    assert frames(framing, [HARDWARE])[0] == [HARDWARE.strip()]


@given(st.binary(max_size=80))
def test_no_bytes_break_framing_or_codec(noise: bytes) -> None:
    """Garbled is the only error, and after a reset a message is read."""
    framing = XmlFraming()
    frames(framing, [noise, b"</Message>"])
    framing.reset()
    assert frames(framing, [HARDWARE])[0] == [HARDWARE.strip()]
    with contextlib.suppress(GarbledReplyError):
        body(noise)


TAGS = ["LineWidth", "SystemIsReady", "State", "Progress", "Completed", "Protocol", "Option", "ConnectedToHardware"]
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["error", "status", "durationInSeconds", "dataFolder"]),
    st.sampled_from(["", "-1", "nan", "5", "é"]),
)


@given(st.lists(st.tuples(st.sampled_from(TAGS), ATTRIBUTES, st.sampled_from(["", "true", "1e999", "x"]))), ATTRIBUTES)
def test_no_message_breaks_a_parser(inner: list[tuple[str, dict[str, str], str]], outer: dict[str, str]) -> None:
    """Each reads it or says that it is garbled."""

    def element(tag: str, attributes: dict[str, str], text: str) -> str:
        said_of_it = "".join(f' {key}="{value}"' for key, value in attributes.items())
        return f"<{tag}{said_of_it}>{text}</{tag}>"

    frame = said(element("Any", outer, "".join(element(*each) for each in inner)))
    for parse in PARSERS:
        with contextlib.suppress(GarbledReplyError):
            parse(body(frame))


def test_requests_are_what_the_software_expects() -> None:
    """Names, attributes, escapes."""
    head = b'<?xml version="1.0" encoding="utf-8"?>\n<Message>'
    started = b'<Start protocol="1D PROTON"><Option name="Scan" value="QuickScan" /></Start></Message>'
    assert head + started == codec.start("1D PROTON", {"Scan": "QuickScan"})
    assert head + b"<QuickShimRequest /></Message>" == codec.shim(ShimMethod.QUICK)
    assert head + b"<Set><Sample>P2W17 &amp; Zn &lt;5 mM&gt; \xc2\xb5</Sample></Set></Message>" == codec.set_text(
        "Sample", "P2W17 & Zn <5 mM> µ"
    )
    folder = b"<DataFolder><UserFolder>C:\\Data\\a</UserFolder></DataFolder>"
    assert head + b"<Set>" + folder + b"</Set></Message>" == codec.set_folder("C:\\Data\\a", inside=True)
    assert head + folder + b"</Message>" == codec.set_folder("C:\\Data\\a", inside=False)
    assert b'<Set><UserData><Data key="folder" value="a/b" /></UserData></Set>' in codec.set_user_data(
        {"folder": "a/b"}
    )


@given(st.text(max_size=30))
def test_any_text_arrives_or_is_refused(text: str) -> None:
    """What XML cannot hold is a ValueError; line ends become line feeds."""
    try:
        request = codec.set_text("Sample", text)
    except ValueError:
        return
    assert text.replace("\r\n", "\n").replace("\r", "\n") == (body(request).findtext("Sample") or "")


def test_answers_become_values() -> None:
    """Widths, protocols, estimates."""
    full = "<LineWidth>0.52</LineWidth><BaseWidth>14.5</BaseWidth><SystemIsReady>true</SystemIsReady>"
    widths = codec.parse_widths(body(said(f"<CheckShimResponse>{full}</CheckShimResponse>")))
    assert codec.Widths(0.52, 14.5, ready=True, error="") == widths
    failed = codec.parse_widths(body(said('<PowerShimResponse error="no sample" />')))
    assert codec.Widths(None, None, ready=False, error="no sample") == failed
    offered = codec.parse_protocols(body(protocol_list()))
    assert offered["SHIM 1H SAMPLE"] == {"SampleReference": ()}
    assert offered["1D PHOSPHORUS"]["PulseAngle"] == ("30", "45", "60", "90")
    assert codec.parse_estimate(body(said('<EstimateDurationResponse durationInSeconds="12" />'))) == (12.0, "")
    assert codec.parse_estimate(body(said('<EstimateDurationResponse error="no" />'))) == (0.0, "no")


def test_notifications_become_values() -> None:
    """One child each, of four kinds."""
    told = parse_notification(body(state("1D PROTON", "Running", "C:\\a")))
    assert Notification("State", "1D PROTON", "running", "C:\\a") == told
    assert parse_notification(body(completed("X", "false"))).successful is False
    with pytest.raises(GarbledReplyError, match="does not exist"):
        parse_notification(body(said("<StatusNotification><A /><B /></StatusNotification>")))


def test_places_are_compared_as_that_computer_does() -> None:
    """Case and slashes make no difference, names do."""
    assert same_place("C:\\Data\\Run\\1\\", "c:/data/run/1")
    assert not same_place("C:\\Data\\Run\\1", "C:\\Data\\Run\\11")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "data.1d is not there"),
        ({"data.1d": fid()}, "acqu.par is not there"),
        ({"data.1d": fid(), "acqu.par": b""}, "acqu.par is empty"),
        ({"data.1d": fid()[:-1], "acqu.par": b"a"}, "127 of 128 bytes"),
        ({"data.1d": fid() + b"\0", "acqu.par": b"a"}, "129 of 128 bytes"),
        ({"data.1d": fid()[:31], "acqu.par": b"a"}, "header"),
        ({"data.1d": struct.pack("<8I", 1, 2, 3, 4, 8, 4, 1, 1), "acqu.par": b"a"}, "header"),
        ({"data.1d": fid(), "acqu.par": b"a"}, ""),
    ],
)
def test_a_measurement_is_whole_when_its_header_says_so(files: dict[str, bytes], words: str) -> None:
    """And what is missing is said."""
    found = fault(files)
    assert (found == "") == (words == "")
    assert words in found


@given(st.binary(max_size=48))
def test_any_header_is_judged(head: bytes) -> None:
    """A length or none."""
    needed = data_bytes(head)
    assert needed is None or needed >= 44
