"""The remote control as its page describes it: requests, notifications in their order, refusals, power."""

from itertools import pairwise
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.device import Build, Face, Filing
from simulators.magritek_spinsolve.face import SpinsolveFace, build
from tests.simulators.magritek_spinsolve.host import BLOCK_S, HEAD, PHOSPHORUS, Host, children, start, told
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = SpinsolveFace
_FILING: type[Filing] = SpinsolveFace
_BUILD: Build = build
HARDWARE = f"{HEAD}<Message><HardwareRequest/></Message>".encode()


def test_hardware_says_what_it_is() -> None:
    """Connected, software, type; the reply is pretty-printed and declares itself."""
    host = Host()
    answer = host.raw(HARDWARE)
    assert answer.startswith(HEAD.encode() + b"\n<Message>\n  <HardwareResponse>\n    <ConnectedToHardware>true<")
    assert {each.tag: each.text for each in children(answer)[0]} == {
        "ConnectedToHardware": "true",
        "SpinsolveSoftware": "1.18.1.3062",
        "SpinsolveType": "Spinsolve 80 Phosphorus",
    }


def test_the_protocols_are_listed_with_their_options() -> None:
    """The names and values of the page; an option that is free text has no value."""
    (response,) = Host().send("<AvailableProtocolOptionsRequest/>")
    offered = {
        protocol.get("protocol"): {
            option.get("name"): [value.text for value in option] for option in protocol.iter("Option")
        }
        for protocol in response
    }
    assert offered["1D PROTON"] == {"Scan": ["QuickScan", "StandardScan", "PowerScan"]}
    assert set(offered["1D EXTENDED+"]) == {"Number", "AcquisitionTime", "RepetitionTime", "PulseAngle"}
    assert set(offered["1D PHOSPHORUS+ WALTZ"]) == {"Number", "RepetitionTime", "PulseAngle", "Decouple"}
    assert offered["SHIM"] == {"Shim": ["CheckShim", "QuickShim", "QuickShimAll", "PowerShim"]}
    assert offered["SHIM 1H SAMPLE"]["SampleReference"] == []


def test_the_list_may_be_long() -> None:
    """As long as the one on a real instrument, and an entry of it that is not licensed does not start."""
    host = Host(long_list=True)
    assert len(host.raw(f"{HEAD}<Message><AvailableProtocolOptionsRequest/></Message>".encode())) > 60_000
    assert told(host.send(start("EXPERIMENT 001"))) == ["Protocol EXPERIMENT 001 is not available"]


def test_a_block_from_running_to_completed() -> None:
    """Running with its folder, progress, all of it together with Ready when the scans are over, then Completed."""
    host = Host()
    host.put_into("C:\\Data\\autosynth\\run\\block")
    (running,) = host.send(start())
    assert running.get("timestamp") == "09:00:10"
    assert running[0].attrib == {
        "protocol": "1D PHOSPHORUS",
        "status": "Running",
        "dataFolder": "C:\\Data\\autosynth\\run\\block",
    }
    rest = host.wait(BLOCK_S - 0.1)
    assert {each[0].tag for each in rest} == {"Progress"}
    percentages = [int(each[0].get("percentage", "")) for each in rest]
    assert percentages == sorted(percentages)
    assert len(percentages) == 38
    assert rest[-1][0].get("secondsRemaining") == "4"
    assert told(host.wait(0.1)) == ["Progress 100", "Ready"]
    assert told(host.wait(0.9)) == []
    assert told(host.wait(0.1)) == ["Completed true"]
    assert host.rest() == []


def test_a_start_while_running_is_an_error() -> None:
    """The running one goes on; after Completed the next starts."""
    host = Host()
    host.send(start())
    assert told(host.send(start())) == ["Busy: a measurement is already running"]
    assert told(host.send("<QuickShimRequest/>")) == ["Busy: a measurement is already running"]
    assert told(host.wait(BLOCK_S + 1.0))[-2:] == ["Ready", "Completed true"]
    assert told(host.send(start())) == ["Running"]


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (start("1d phosphorus"), "Protocol 1d phosphorus is not available"),
        (start(Number="48"), "48 is not a valid value for Number of 1D PHOSPHORUS"),
        (start(Number="0"), "Measuring until stopped is not simulated"),
        (start(Number="many"), "many is not a valid value for Number of 1D PHOSPHORUS"),
        (start(PulseAngle="91"), "91 is not a valid value for PulseAngle of 1D PHOSPHORUS"),
        (start(RepetitionTime="121"), "121 is not a valid value for RepetitionTime of 1D PHOSPHORUS"),
        (start(AcquisitionTime="6.4"), "RepetitionTime is shorter than AcquisitionTime"),
        (start("1D PROTON", Number="1"), "1D PROTON has no option Number"),
        ("<Nonsense/>", "Unknown request Nonsense"),
    ],
)
def test_what_is_not_on_the_list_is_refused(request_: str, complaint: str) -> None:
    """An Error notification says why, and nothing runs."""
    host = Host()
    assert told(host.send(request_)) == [complaint]
    assert host.rest() == []


def test_a_protocol_without_a_choice_of_times_has_its_own() -> None:
    """The WALTZ protocols of the published list measure, decoupling and small angles included."""
    host = Host()
    plus = '<Start protocol="1D PHOSPHORUS+ WALTZ"><Option name="Decouple" value="Low"/></Start>'
    assert told(host.send(plus)) == ["Running"]
    host.rest()
    *_, receiver, scans, repetition_s, pulse_deg, _ = host.twin.decays[-1]
    assert (scans, repetition_s, pulse_deg) == (1, 2.0, 90.0)
    assert receiver.points * receiver.dwell_s == pytest.approx(1.6)


@pytest.mark.parametrize("repetition", ["3", "3.0", "3.5"])
def test_times_between_the_listed_ones_are_taken(repetition: str) -> None:
    """A number is a number however it is written."""
    assert told(Host().send(start(RepetitionTime=repetition))) == ["Running"]


def test_durations_are_estimated() -> None:
    """What a Start would take, in whole seconds; an impossible one has an error."""
    host = Host()
    body = start().replace("Start", "EstimateDurationRequest")
    (response,) = host.send(body)
    assert response.attrib == {"protocol": "1D PHOSPHORUS", "durationInSeconds": "194"}
    assert {each.get("name"): each.get("value") for each in response} == PHOSPHORUS
    quick = '<EstimateDurationRequest protocol="SHIM"><Option name="Shim" value="QuickShim"/></EstimateDurationRequest>'
    assert host.send(quick)[0].get("durationInSeconds") == "300"
    assert "error" in host.send('<EstimateDurationRequest protocol="2D"/>')[0].attrib
    assert host.rest() == []


@pytest.mark.parametrize(("before", "after"), [("<Set>", "</Set>"), ("", "")])
def test_settings_in_both_nestings(before: str, after: str) -> None:
    """Sample, solvent and user data come back as they were set, with the element Set and without it."""
    host = Host()
    data = '<UserData><Data key="run" value="7"/><Data key="block" value="2"/></UserData>'
    for setting in ("<Sample>tube 15 &amp; more</Sample>", "<Solvent>water</Solvent>", data):
        assert host.send(f"{before}{setting}{after}") == []
    (response,) = host.send("<GetRequest><Sample/><Solvent/><UserData/></GetRequest>")
    assert (response.findtext("Sample"), response.findtext("Solvent")) == ("tube 15 & more", "water")
    assert [(each.get("key"), each.get("value")) for each in response.iter("Data")] == [("run", "7"), ("block", "2")]


@pytest.mark.parametrize(
    ("naming", "folder"),
    [
        ("UserFolder", "C:\\Data\\autosynth\\x"),
        ("TimeStamp", "C:\\Data\\autosynth\\x\\20260105090010"),
        ("TimeStampTree", "C:\\Data\\autosynth\\x\\2026\\01\\05\\09\\00\\10"),
    ],
)
def test_folders_are_named_as_asked(naming: str, folder: str) -> None:
    """Exactly there, or by the time below it."""
    host = Host()
    host.send(f"<Set><DataFolder><{naming}>C:\\Data\\autosynth\\x</{naming}></DataFolder></Set>")
    assert host.send(start())[0][0].get("dataFolder") == folder


def test_an_abort_ends_without_data() -> None:
    """Stopping, Ready with an error, Completed without success; no file is written."""
    host = Host()
    host.put_into("C:\\Data\\autosynth\\x")
    host.send(start())
    host.wait(30.0)
    assert told(host.send("<Abort/>")) == ["Stopping"]
    ending = host.rest()
    assert told(ending) == ["Ready", "Completed false"]
    assert ending[0][0].get("error") == "Aborted"
    assert host.share == {}
    assert host.send("<Abort/>") == []


@pytest.mark.parametrize(("request_", "seconds"), [("CheckShim", 20.0), ("QuickShim", 300.0), ("PowerShim", 2400.0)])
def test_shims_answer_after_ready(request_: str, seconds: float) -> None:
    """Running, progress, Ready, the response with widths, Completed."""
    host = Host()
    assert told(host.send(f"<{request_}Request/>")) == ["Running"]
    *progress, ready, response, completed = host.rest()
    assert host.t_s - 10.0 == pytest.approx(seconds + 1.0)
    assert {each[0].tag for each in progress} == {"Progress"}
    assert told([ready, response, completed]) == ["Ready", f"{request_}Response", "Completed true"]
    assert response.attrib == {}
    assert [each.tag for each in response][-3:] == ["LineWidth", "BaseWidth", "SystemIsReady"]
    assert response.findtext("SystemIsReady") == "true"


def test_a_shim_may_be_started_as_a_protocol() -> None:
    """The option names the method, the response comes as well."""
    host = Host()
    host.send(start("SHIM 1H SAMPLE", SampleReference="4.75", Shim="QuickShim1"))
    assert "QuickShimResponse" in told(host.rest())


def test_shims_make_lines_narrow_and_time_makes_them_wide() -> None:
    """The width drifts; a quick shim takes most of the excess away, a power shim all of it, a look nothing."""
    host = Host(first_hz=0.8, drift_hz_h=0.05)
    host.wait(8 * 3600.0)
    widths = [_width(host, method) for method in ("Check", "Quick", "Power", "Check")]
    assert widths == pytest.approx([1.2, 0.52, 0.4, 0.4], rel=0.15)


def test_a_magnet_may_begin_to_drift() -> None:
    """From then on the line grows as fast as the fault says."""
    host = Host(first_hz=0.8, drift_hz_h=0.0)
    host.face.inject(host.t_s, "drift", {"per_h": 0.1})
    host.wait(4 * 3600.0)
    assert _width(host, "Check") == pytest.approx(1.2, rel=0.15)


def test_a_wide_line_is_not_ready() -> None:
    """Above `ready_hz` the system does not call itself ready, though nothing failed."""
    host = Host(first_hz=1.5)
    host.send("<CheckShimRequest/>")
    response = host.rest()[-2]
    assert (response.findtext("SystemIsReady"), response.get("error")) == ("false", None)


def test_a_failed_shim_leaves_a_worse_field() -> None:
    """The response bears an error; looking afterwards shows it, and a power shim mends it."""
    host = Host()
    host.face.inject(host.t_s, "shim_failed", {"for": 400.0})
    host.send("<QuickShimRequest/>")
    response = host.rest()[-2]
    assert (response.get("error"), response.findtext("SystemIsReady")) == ("Shim failed", "false")
    host.wait(200.0)
    assert _width(host, "Check") > 3.0
    assert _width(host, "Power") < 0.5


def test_somebody_else_measures() -> None:
    """A foreign folder is Running, a Start is refused until it is over."""
    host = Host()
    host.face.inject(host.t_s, "busy_other_user", {"for": 60.0})
    (running,) = host.wait(0.1)
    assert "somebody else" in running[0].get("dataFolder", "")
    assert told(host.send(start())) == ["Busy: a measurement is already running"]
    host.rest()
    assert told(host.send(start())) == ["Running"]
    assert host.share == {}


def test_somebody_else_waits_for_the_end() -> None:
    """Who comes while a block runs begins right after it."""
    host = Host()
    host.send(start())
    host.face.inject(host.t_s, "busy_other_user", {"for": 60.0})
    heard = told(host.wait(BLOCK_S + 1.1))
    assert heard[-3:] == ["Ready", "Completed true", "Running"]


def test_a_block_that_does_not_end_until_it_is_stopped() -> None:
    """Progress goes on for ever below 100; Abort still works."""
    host = Host()
    host.face.inject(host.t_s, "busy_forever", {})
    host.send(start())
    heard = host.wait(1000.0)
    assert {each[0].tag for each in heard} == {"Progress"}
    assert heard[-1][0].get("percentage") == "99"
    host.send("<Abort/>")
    assert told(host.rest()) == ["Ready", "Completed false"]


def test_a_restart_loses_the_measurement_and_what_was_set() -> None:
    """Nothing is running, nothing is said, nothing is written; data go to folders named by time again."""
    host = Host()
    host.put_into("C:\\Data\\autosynth\\x")
    host.send("<Set><Sample>old</Sample></Set>" + start())
    host.wait(30.0)
    host.face.power_cycle(host.t_s)
    assert host.rest() == []
    assert host.share == {}
    assert host.send("<GetRequest><Sample/></GetRequest>")[0].findtext("Sample") == ""
    assert host.send(start())[0][0].get("dataFolder", "").startswith("C:\\Data\\autosynth\\2026")


def test_a_new_connection_finds_the_measurement_running() -> None:
    """Half a document of the old one is forgotten; the block goes on."""
    host = Host()
    host.send(start())
    host.raw(HARDWARE[:40])
    host.face.opened(host.t_s)
    assert told(children(host.raw(HARDWARE))) == ["HardwareResponse"]
    assert told(host.rest())[-1] == "Completed true"


@given(st.lists(st.integers(0, 400), max_size=10))
def test_documents_may_be_cut_and_glued_anywhere(cuts: list[int]) -> None:
    """Three requests in one stream, however it is cut, have three answers in order."""
    host = Host()
    duration = '<EstimateDurationRequest protocol="1D PROTON"/>'
    stream = b" \n".join([HARDWARE, f"{HEAD}<Message>{duration}</Message>".encode(), HARDWARE])
    pieces = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    heard = b"".join(host.raw(stream[a:b]) for a, b in pairwise(pieces))
    assert told(children(heard)) == ["HardwareResponse", "EstimateDurationResponse", "HardwareResponse"]


@given(st.lists(st.binary(max_size=60) | st.sampled_from([HARDWARE, b"</Message>", b"<Message><Set/>"]), max_size=8))
def test_any_bytes_are_survived(pieces: list[bytes]) -> None:
    """Whatever comes is answered with documents; after a new connection it works as before."""
    host = Host()
    for piece in pieces:
        for document in host.raw(piece).split(HEAD.encode())[1:]:
            fromstring(document.strip())
        host.wait(0.5)
    host.face.opened(host.t_s)
    assert told(children(host.raw(HARDWARE))) == ["HardwareResponse"]


def test_entities_are_not_expanded() -> None:
    """A document with a declaration of its own is refused, as one that cannot be read."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Message><Set><Sample>&a;</Sample></Set></Message>'
    host = Host()
    assert told(children(host.raw(bomb))) == ["The message could not be read"]
    assert host.send("<GetRequest><Sample/></GetRequest>")[0].findtext("Sample") == ""


def test_a_document_without_an_end_is_dropped() -> None:
    """After a megabyte it is forgotten and the next request is answered."""
    host = Host()
    assert host.raw(b"<Message>" + b"x" * (1 << 20)) == b""
    assert told(children(host.raw(HARDWARE))) == ["HardwareResponse"]


def test_what_cannot_be_is_not_built() -> None:
    """Unknown options, and a vessel and a sampler at once."""
    with pytest.raises(ValueError, match="magnet_t"):
        build("spinsolve", {"options": {"magnet_t": 1.9}}, RecordingTwin(), np.random.default_rng(1))
    with pytest.raises(ValueError, match="not both"):
        build("spinsolve", {"sampler": "carousel", "vessel": "tube"}, RecordingTwin(), np.random.default_rng(1))
    with pytest.raises(ValueError, match="stall"):
        Host().face.inject(11.0, "stall", {})


def _width(host: Host, method: str) -> float:
    host.send(f"<{method}ShimRequest/>")
    response = next(each for each in host.rest() if each.tag == f"{method}ShimResponse")
    return float(response.findtext("LineWidth", ""))
