"""Faults by name: what they say and what they do to bytes, ports and devices."""

from importlib import import_module
from typing import get_type_hints

import pytest

from simulators.bench import MODELS, SimulatedBench
from simulators.faultkinds import KINDS
from simulators.faults import parse_fault
from tests.simulators.parrot import build


def bench_with(*faults: str, seed: int = 1) -> SimulatedBench:
    """Return a bench with one parrot and these faults."""
    return SimulatedBench({"devices": {"polly": {"model": "parrot"}}, "vessels": {}}, seed, faults, {"parrot": build})


def answers(*faults: str, lines: int = 4) -> list[bytes]:
    """Say a, b, c ... a second apart and return what came back before the next one."""
    port = bench_with(*faults).connect("polly", 0.0)
    heard = []
    for k in range(lines):
        port.write(float(k), bytes([97 + k, 13]))
        heard.append(port.read(k + 0.9))
    return heard


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("polly:drop_reply@n=2", [b">a\r", b"", b">c\r", b">d\r"]),
        ("polly:drop_reply@t=1.5", [b">a\r", b">b\r", b"", b">d\r"]),
        ("polly:drop_reply@t=0.5,for=2", [b">a\r", b"", b"", b">d\r"]),
        ("polly:drop_reply@p=1", [b"", b"", b"", b""]),
        ("polly:drop_reply@p=0", [b">a\r", b">b\r", b">c\r", b">d\r"]),
        ("polly:late_reply@n=1,by=1.2", [b"", b">b\r>a\r", b">c\r", b">d\r"]),
        ("polly:duplicate_reply@n=3", [b">a\r", b">b\r", b">c\r>c\r", b">d\r"]),
        ("polly:truncate_reply@n=1,byte=1", [b">", b">b\r", b">c\r", b">d\r"]),
        ("polly:glue_reply@n=2", [b">a\r", b"", b">b\r>c\r", b">d\r"]),
        ("polly:glue_reply@n=2,byte=2", [b">a\r", b"", b">b>c\r", b">d\r"]),
        ("polly:glue_reply@t=0.5,for=2", [b">a\r", b"", b"", b">b\r>c\r>d\r"]),
        ("polly:silent@t=0.5,for=2", [b">a\r", b"", b"", b">d\r"]),
        ("polly:silent@t=2", [b">a\r", b">b\r", b"", b""]),
    ],
)
def test_what_a_fault_does_to_replies(fault: str, expected: list[bytes]) -> None:
    """Replies are lost, late, doubled or cut exactly where the fault says."""
    assert answers(fault) == expected


def test_a_corrupted_reply_differs_in_one_byte() -> None:
    """Corruption changes the named byte only."""
    heard = answers("polly:corrupt_reply@n=1,byte=1", lines=1)[0]
    assert len(heard) == 3
    assert [i for i, (x, y) in enumerate(zip(heard, b">a\r", strict=True)) if x != y] == [1]


def test_garbage_comes_before_the_reply() -> None:
    """Noise precedes an intact reply."""
    heard = answers("polly:garbage@n=1", lines=1)[0]
    assert len(heard) > 3
    assert heard.endswith(b">a\r")


def test_the_device_acts_although_it_is_silent() -> None:
    """A silent device still hears."""
    bench = bench_with("polly:silent@t=0")
    bench.connect("polly", 0.0).write(1.0, b"x\r")
    bench.advance(2.0)
    assert bench.truth()["devices"]["polly"]["lines"] == 1


def test_a_power_cycle_happens_in_its_time_and_cuts_what_was_being_said() -> None:
    """The device loses power at t whatever the host does; bytes not yet on the line are lost."""
    bench = bench_with("polly:power_cycle@t=1.0065")
    port = bench.connect("polly", 0.0)
    port.write(1.0, b"a\r")
    assert port.read(5.0) == b""
    assert "power_cycle" in bench.truth()["devices"]["polly"]["events"]
    port.write(6.0, b"b\r")
    assert port.read(7.0) == b">b\r"


def test_an_unplugged_port_is_gone_until_it_is_back() -> None:
    """Reads, writes and connections fail meanwhile; the old stream stays dead, a new one works."""
    bench = bench_with("polly:unplug@t=2,for=3")
    port = bench.connect("polly", 0.0)
    port.write(1.0, b"a\r")
    assert port.read(1.5) == b">a\r"
    assert bench.advance(1.5) == 2.0
    with pytest.raises(ConnectionError):
        port.read(2.0)
    with pytest.raises(ConnectionError):
        bench.connect("polly", 4.9)
    again = bench.connect("polly", 5.0)
    with pytest.raises(ConnectionError):
        port.write(5.0, b"x")
    again.write(5.5, b"b\r")
    assert again.read(6.0) == b">b\r"


def test_bytes_under_way_when_the_plug_is_pulled_are_lost() -> None:
    """The device never hears them."""
    bench = bench_with("polly:unplug@t=1.001,for=1")
    bench.connect("polly", 0.0).write(1.0, b"a\r")
    bench.advance(3.0)
    assert bench.truth()["devices"]["polly"]["lines"] == 0


def test_device_faults_reach_the_device_with_their_values() -> None:
    """A stall is the device's own affair: it is told when and with what."""
    bench = bench_with("polly:stall@t=3,at_ml=0.2")
    assert bench.advance(1.0) == 3.0
    bench.advance(3.0)
    assert bench.truth()["devices"]["polly"]["events"] == ["stall {'t': 3.0, 'at_ml': 0.2}"]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("polly:melt@t=1", "polly has no fault 'melt'; it has drop_reply, .*, power_cycle, stall$"),
        ("polly:stuck_sensor@t=1", "polly has no fault 'stuck_sensor'"),
        ("hal:share@t=1", "hal has no fault .* leak"),
        ("hal:leak@t=1", "needs share"),
        ("hal:leak@share=1.5", "share above one"),
        ("hal:drift", "needs per_h"),
        ("hal:air_in_line@ml=1", "needs position"),
        ("hal:air_in_line@position=1", "needs ml"),
        ("hal:stock_empty", "needs position"),
        ("polly:drop_reply@n=inf", "infinite"),
        ("polly:stall@position=3", r"keys are t \(.*\), at_ml \(mL in the syringe; .*\)"),
        ("nobody:drop_reply@n=1", "polly"),
        ("polly", "device:name"),
        ("polly:drop_reply", "n or p or t"),
        ("polly:unplug", "needs t"),
        ("polly:late_reply@n=1", "needs by"),
        ("polly:drop_reply@when=1", "keys are"),
        ("polly:drop_reply@n=1,n=2", "each once"),
        ("polly:drop_reply@n=one", "not a number"),
        ("polly:drop_reply@n=-1", "negative"),
        ("polly:drop_reply@p=1.5", "above one"),
        ("hal:tube_missing@t=5", "needs position"),
        ("hal:busy_other_user@t=5", "needs for"),
        ("hal:folder_late", "needs for"),
        ("hal:fid_truncated@t=5", "needs n"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(spec: str, complaint: str) -> None:
    """The error says what would be right."""
    with pytest.raises(ValueError, match=complaint):
        parse_fault(spec, {"polly": {"stall"}, "hal": set(KINDS)})


def test_a_drift_may_go_down() -> None:
    """A sensor or calibration drifts either way."""
    assert parse_fault("hal:drift@per_h=-2", {"hal": {"drift"}}).values == {"per_h": -2.0}


def test_every_fault_of_a_model_is_known_and_befalls_some() -> None:
    """What faces say they have is in the list, and no fault of a device is in it that none has."""
    faces = [get_type_hints(import_module(module).build)["return"] for module in MODELS.values()]
    own = {fault for face in faces for fault in face.faults}
    assert own == {name for name, kind in KINDS.items() if kind.of == "device"}


def test_faults_of_replies_can_be_given_while_the_bench_runs() -> None:
    """Their times and numbers count from then."""
    bench = bench_with()
    port = bench.connect("polly", 0.0)
    heard = []
    for k in range(4):
        if k == 2:
            bench.suffer("polly:drop_reply@n=2", 2.0)
        port.write(float(k), bytes([97 + k, 13]))
        heard.append(port.read(k + 0.9))
    assert heard == [b">a\r", b">b\r", b">c\r", b""]
