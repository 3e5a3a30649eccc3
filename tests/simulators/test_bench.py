"""The simulated bench: byte timing, shared buses, wake-ups, connections, truth."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bench import MODELS, SimulatedBench, open_bench
from simulators.device import Link
from simulators.port import Port
from tests.simulators.parrot import REPLY_DELAY_S, build
from tests.simulators.twin.desk import desk

BYTE_S = 10 / 9600


def parrots(faults: tuple[str, ...] = (), seed: int = 1, **devices: dict[str, Any]) -> SimulatedBench:
    """Return a bench of parrots; one named polly on its own serial port if none are given."""
    named = devices or {"polly": {}}
    described = {name: {"model": "parrot", **spec} for name, spec in named.items()}
    return SimulatedBench({"devices": described, "vessels": {}}, seed, faults, {"parrot": build})


def run_to(bench: SimulatedBench, t_s: float) -> list[float]:
    """Follow the bench's own wake-ups up to a time, as a host would; return them."""
    woken: list[float] = []
    next_s = bench.advance(woken[-1] if woken else 0.0)
    while next_s is not None and next_s <= t_s:
        woken.append(next_s)
        next_s = bench.advance(next_s)
    bench.advance(t_s)
    return woken


def test_bytes_take_ten_bit_times_each_way() -> None:
    """A line of four bytes is heard after four byte times, its answer after the reply delay and five more."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.write(1.0, b"abc\r")
    heard_s = 1.0 + 4 * BYTE_S
    answered_s = heard_s + REPLY_DELAY_S + 5 * BYTE_S
    assert run_to(bench, 2.0) == pytest.approx([heard_s, answered_s])
    assert port.read(2.0) == b">abc\r"


def test_bytes_arrive_one_by_one() -> None:
    """Reading in the middle of a frame gives the bytes that have arrived so far and the rest later."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.write(0.0, b"abc\r")
    starts_s = 4 * BYTE_S + REPLY_DELAY_S
    assert port.read(starts_s + 2.5 * BYTE_S) == b">a"
    assert port.read(starts_s + 2.6 * BYTE_S) == b""
    assert port.read(starts_s + 5.0 * BYTE_S) == b"bc\r"


@given(st.lists(st.floats(0.0, 0.02), min_size=1, max_size=40))
def test_however_often_the_host_looks_it_gets_the_same_bytes(pauses: list[float]) -> None:
    """Byte order and content do not depend on when the host reads."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.write(0.0, b"one\rtwo\rthree\r")
    t_s, got = 0.0, b""
    for pause in pauses:
        t_s += pause
        got += port.read(t_s)
    assert got + port.read(t_s + 1.0) == b">one\r>two\r>three\r"


def test_writes_queue_on_the_line() -> None:
    """A second write follows the first on the wire, so a frame in two pieces is heard when its last byte arrives."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.write(0.0, b"ab")
    port.write(0.0, b"c\r")
    assert run_to(bench, 1.0)[1] == pytest.approx(4 * BYTE_S)
    assert port.read(1.0) == b">abc\r"


def test_tcp_has_a_latency_and_no_baud() -> None:
    """Over TCP a line is answered within the reply delay and two latencies."""
    bench = parrots(polly={"options": {"kind": "tcp"}})
    assert bench.addresses()["polly"] == {"devices": ["polly"], "kind": "tcp", "baud": 0, "framing": ""}
    port = bench.connect("polly", 0.0)
    port.write(0.0, b"abc\r")
    assert port.read(0.0043) == b""
    assert port.read(0.0045) == b">abc\r"


def test_devices_on_a_bus_hear_everything_and_share_the_line() -> None:
    """Both parrots hear the line and their answers do not overlap in time."""
    bench = parrots(polly={"address": "bus"}, coco={"address": "bus"})
    port = bench.connect("bus", 0.0)
    port.write(0.0, b"hi\r")
    starts_s = 3 * BYTE_S + REPLY_DELAY_S
    assert run_to(bench, 1.0)[1:] == pytest.approx([starts_s + 4 * BYTE_S, starts_s + 8 * BYTE_S])
    assert port.read(1.0) == b">hi\r>hi\r"


def test_a_device_wakes_by_itself() -> None:
    """A wake-up a device asked for happens without the host, and what it says then arrives."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.write(0.0, b"wake 5\r")
    assert run_to(bench, 4.0) == pytest.approx([7 * BYTE_S])
    assert run_to(bench, 9.0) == pytest.approx([7 * BYTE_S + 5.0, 7 * BYTE_S + 5.0 + 6 * BYTE_S])
    assert port.read(9.0) == b"awake\r"


def test_an_idle_bench_has_no_wake_ups() -> None:
    """Nothing to do means None."""
    assert parrots().advance(3.0) is None


def test_opening_again_ends_the_old_stream_and_forgets_what_was_unread() -> None:
    """After a host crash the new stream hears only what comes from then on; the devices notice the opening."""
    bench = parrots()
    old = bench.connect("polly", 0.0)
    old.write(0.0, b"lost\r")
    bench.advance(1.0)
    new = bench.connect("polly", 1.0)
    new.write(1.0, b"kept\r")
    assert new.read(2.0) == b">kept\r"
    with pytest.raises(ConnectionError):
        old.read(2.0)
    assert bench.truth()["devices"]["polly"] == {"lines": 2, "events": ["opened", "opened"]}


def test_a_closed_stream_is_closed() -> None:
    """Writing after close is an error; closing twice is not."""
    bench = parrots()
    port = bench.connect("polly", 0.0)
    port.close(1.0)
    port.close(1.0)
    with pytest.raises(ConnectionError):
        port.write(2.0, b"x")


def test_the_same_seed_and_traffic_give_the_same_bytes() -> None:
    """Chance comes from the seed alone."""
    fault = ("polly:corrupt_reply@p=0.5", "polly:garbage@p=0.3")
    heard = []
    for seed in (3, 3, 4):
        port = parrots(fault, seed).connect("polly", 0.0)
        for k in range(20):
            port.write(k * 0.1, b"line %d\r" % k)
        heard.append(port.read(9.0))
    assert heard[0] == heard[1]
    assert heard[0] != heard[2]


def test_truth_is_json_and_tells_the_time() -> None:
    """Vessels, devices and parameters are there, in plain types."""
    described = {"pump": {"model": "parrot", "options": {"syringe_ml": 1.0}}, "selector": {"model": "parrot"}}
    bench = SimulatedBench(desk(devices=described), 1, (), {"parrot": build})
    bench.advance(12.5)
    truth = bench.truth()
    assert json.loads(json.dumps(truth)) == truth
    assert truth["t_s"] == 12.5
    assert truth["vessels"]["bottle"]["charged_mol"]["SiW9"] == pytest.approx(1e-4)
    assert bench.files() == []


def test_every_known_model_is_a_module_of_this_package() -> None:
    """The registry is plain data: model name to module name."""
    assert {model: f"simulators.{model}.face" for model in MODELS} == dict(MODELS)


def test_a_real_pump_answers_through_the_registry() -> None:
    """A pump named by its model is built, hears its address and answers a query."""
    devices = {"pump": {"model": "tecan_cavro", "address": "pump", "options": {"syringe_ml": 1.0, "ports": 9}}}
    bench = open_bench({"devices": devices, "vessels": {}}, 1, ())
    port = bench.connect("pump", 10.0)
    port.write(10.0, b"/1?\r")
    run_to(bench, 11.0)
    assert port.read(11.0).startswith(b"/0")


@pytest.mark.parametrize(
    ("bench", "complaint"),
    [
        ({"schema": 2}, "schema"),
        ({"devices": {"x": {"model": "abacus"}}}, "tecan_cavro"),
        (
            {
                "devices": {
                    "x": {"model": "parrot", "address": "bus"},
                    "y": {"model": "parrot", "address": "bus", "options": {"baud": 38400}},
                }
            },
            "agree",
        ),
    ],
)
def test_a_bench_that_cannot_be_built_is_refused(bench: dict[str, Any], complaint: str) -> None:
    """What is wrong is said, with what would be known."""
    with pytest.raises(ValueError, match=complaint):
        SimulatedBench({"vessels": {}, **bench}, 1, (), {"parrot": build})


def test_an_unknown_address_is_refused() -> None:
    """The error names the addresses there are."""
    with pytest.raises(ValueError, match="polly"):
        parrots().connect("nobody", 0.0)


def test_a_serial_port_needs_a_baud_rate() -> None:
    """A serial link of 0 baud is a mistake in a device."""
    with pytest.raises(ValueError, match="baud"):
        Port("p", Link("serial", 0, "8N1"), (0,))
