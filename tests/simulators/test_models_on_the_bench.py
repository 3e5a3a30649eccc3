"""Every model on one bench with the real twin: bytes in, bytes out, liquid moved, heat and currents."""

from typing import Any

import pytest

from simulators.bench import SimulatedBench, open_bench


def mixture(volume_ml: float, **amounts_mol: float) -> dict[str, Any]:
    return {"volumes_ml": {"acetone": volume_ml}, "amounts_mol": amounts_mol}


def line(name: str, a: str, b: str, volume_ml: float) -> dict[str, Any]:
    return {"name": name, "a": a, "b": b, "volume_ml": volume_ml, "plugs": [mixture(volume_ml)]}


BENCH: dict[str, Any] = {
    "schema": 1,
    "ambient_c": 22.0,
    "vessels": {
        "reactor": {"capacity_ml": 25.0, "mixture": mixture(0.0)},
        "bottle": {"capacity_ml": 100.0, "mixture": mixture(50.0, SiW9=5e-4, TBAPF6=5e-3)},
        "waste": {"capacity_ml": 1000.0, "mixture": mixture(0.0)},
        "cell": {"capacity_ml": 1.5, "mixture": mixture(1.0, SiW9=1e-5, TBAPF6=1e-4)},
    },
    "lines": [
        line("in", "bottle", "pump:1", 0.1),
        line("drain", "pump:2", "waste", 0.1),
        line("trunk", "pump:9", "selector:common", 0.03),
        line("out", "selector:1", "reactor", 0.04),
    ],
    "devices": {
        "pump": {
            "model": "tecan_cavro",
            "address": "pump",
            "options": {"switch": 0, "protocol": "oem", "syringe_ml": 1.0, "ports": 9, "gain_sd": 0.0},
        },
        "selector": {
            "model": "runze_sv06",
            "address": "selector",
            "options": {"address": 0, "ports": 6, "link": "rs232"},
        },
        "hotplate": {"model": "ika_ret", "address": "hotplate", "options": {}, "vessel": "reactor"},
        "potentiostat": {
            "model": "palmsens_emstat_pico",
            "address": "potentiostat",
            "options": {"area_cm2": 0.0707, "ru_ohm": 200.0},
            "vessel": "cell",
        },
        "smu": {"model": "keithley_2450", "address": "smu", "options": {}, "vessel": "cell"},
    },
}


class Lab:
    """A host that waits until nothing more happens."""

    def __init__(self, *faults: str) -> None:
        self.bench: SimulatedBench = open_bench(BENCH, 7, faults)
        self.streams = {name: self.bench.connect(name, 0.0) for name in self.bench.addresses()}
        self.t_s = 1.0

    def say(self, name: str, data: bytes, seconds: float = 0.1) -> bytes:
        """Send, let `seconds` pass, return what has come."""
        self.streams[name].write(self.t_s, data)
        self.t_s += seconds
        return self.streams[name].read(self.t_s)

    def pump(self, text: str, seconds: float) -> bytes:
        frame = b"\x0211" + text.encode() + b"\x03"
        checksum = 0
        for byte in frame:
            checksum ^= byte
        return self.say("pump", frame + bytes((checksum,)), seconds)


def test_half_a_millilitre_goes_from_bottle_to_reactor() -> None:
    """After initialising, priming aside, what the plunger moved is in the reactor less the lines' own content."""
    lab = Lab()
    assert lab.say("selector", bytes.fromhex("CC 00 44 01 00 DD EE 01"), 6.0) == bytes.fromhex(
        "CC 00 00 00 00 DD A9 01"
    )
    lab.pump("Z0,1,2R", 30.0)
    assert lab.pump("Q", 0.1) == bytes.fromhex("02 30 60 03 51")
    lab.pump("I1A1500I9A0R", 30.0)
    assert lab.pump("?", 0.1) == bytes.fromhex("02 30 60 30 03 61")
    truth = lab.bench.truth()
    assert truth["vessels"]["reactor"]["volume_ml"] == pytest.approx(0.5)
    assert truth["vessels"]["bottle"]["volume_ml"] == pytest.approx(49.5)


def test_a_closed_selector_overloads_the_pump() -> None:
    """With the selector at its home nothing flows and the pump says 9."""
    lab = Lab()
    lab.pump("Z0,1,2R", 30.0)
    lab.pump("I1A1500I9A0R", 30.0)
    assert lab.pump("Q", 0.1)[2:3] == b"i"


def test_the_hotplate_warms_the_reactor() -> None:
    """After an hour at 50 C the twin's reactor is at 50 C."""
    lab = Lab()
    lab.say("hotplate", b"OUT_SP_1 50\r\nSTART_1\r\n", 3600.0)
    assert lab.bench.truth()["vessels"]["reactor"]["temperature_c"] == pytest.approx(50.0, abs=0.1)
    assert lab.say("hotplate", b"IN_SP_1\r\n") == b"50.0 1\r\n"


def test_both_potentiostats_see_the_same_cell() -> None:
    """A slow sweep of each over the same window gives currents of the same size at the same potential."""
    lab = Lab()
    script = (
        b"e\nvar E\nvar I\nset_pgstat_mode 2\nset_autoranging ba 100n 1m\ncell_on\n"
        b"meas_loop_cv E I 0 500m 0 20m 100m\npck_start\npck_add I\npck_end\nendloop\non_finished:\ncell_off\n\n"
    )
    lines = lab.say("potentiostat", script, 20.0).decode().split("\n")
    assert lines[:2] == ["e", "M0005"]
    packages = [text for text in lines if text.startswith("P")]
    assert len(packages) == 51
    scale = {"f": 1e-15, "p": 1e-12, "n": 1e-9}
    pico_a = [(int(text[3:10], 16) - 0x8000000) * scale[text[10]] for text in packages]
    setup = b"*RST\n:SOUR:SWE:VOLT:LIN 0,0.5,26,0.1785,1,BEST,OFF,ON\nINIT\n"
    lab.say("smu", setup, 30.0)
    smu_a = [float(text) for text in lab.say("smu", b"TRAC:DATA? 1,51\n", 0.5).split(b",")]
    assert len(smu_a) == 51
    assert sum(map(abs, smu_a)) == pytest.approx(sum(map(abs, pico_a)), rel=0.3)


def test_power_lost_in_a_stroke_leaves_half_of_it_delivered() -> None:
    """The pump loses power one minute into a two-minute stroke: half has left the bottle, and it says 7."""
    lab = Lab("pump:power_cycle@t=101")
    lab.pump("Z0,1,2R", 30.0)
    lab.t_s = 40.0
    lab.pump("S32A3000R", 0.1)
    lab.t_s = 110.0
    assert lab.pump("Q", 0.1)[2:3] == b"g"
    left_ml = 50.0 - lab.bench.truth()["vessels"]["bottle"]["volume_ml"]
    assert 0.4 < left_ml < 0.6


SCAN = (
    b"e\nvar E\nvar I\nset_pgstat_mode 2\nset_range ba 100u\ncell_on\nmeas_loop_cv E I 0 500m 0 2m 100m\n"
    b"pck_start\npck_add E\npck_add I\npck_end\nendloop\non_finished:\ncell_off\n\n"
)


@pytest.mark.parametrize(
    "fault", ["power_cycle@t=5.0", "busy_forever@t=5,for=2", "drop_reply@n=9", "corrupt_reply@n=7"]
)
@pytest.mark.parametrize("every_s", [0.3, 4.0])
def test_a_host_that_looks_seldom_hears_what_one_that_looks_often_hears(fault: str, every_s: float) -> None:
    """However late the bench is looked at, by then the same bytes have come: everything happened at its own time."""
    often, seldom = Lab(f"potentiostat:{fault}"), Lab(f"potentiostat:{fault}")
    heard = {id(lab): lab.say("potentiostat", SCAN) for lab in (often, seldom)}
    for look in range(1, int(12.0 / every_s)):
        until_s = 1.1 + look * every_s
        while (next_s := often.bench.advance(often.t_s)) is not None and next_s <= until_s:
            often.t_s = next_s
            heard[id(often)] += often.streams["potentiostat"].read(often.t_s)
        often.t_s = seldom.t_s = until_s
        for lab in (often, seldom):
            if look == 2:
                lab.streams["hotplate"].write(until_s, b"OUT_SP_1 50\r\nSTART_1\r\n")
            heard[id(lab)] += lab.streams["potentiostat"].read(until_s)
        assert heard[id(often)] == heard[id(seldom)]
    assert heard[id(often)].count(b"P") > 90
    assert often.bench.truth() == seldom.bench.truth()
