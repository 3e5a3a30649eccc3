"""A pump, a carousel and a spectrometer on one bench with the real twin: a tube is filled, put in, measured."""

from typing import Any

import numpy as np
import pytest

from simulators.bench import SimulatedBench, open_bench
from tests.simulators.magritek_spinsolve.host import BLOCK_S, HEAD, children, start, told

FOLDER = "<Set><DataFolder><UserFolder>C:\\Data\\autosynth\\run\\{}</UserFolder></DataFolder></Set>"
HARDWARE = "<HardwareRequest/>"


def _tube(n: int) -> dict[str, Any]:
    return {"name": f"place {n}", "a": f"carousel:{n}", "b": f"tube_{n}", "volume_ml": 0.0}


def describe(**changes: Any) -> dict[str, Any]:
    """Return the bench; the bottle holds ligand with half an equivalent of lutetium."""
    bottle = {"volumes_ml": {"water": 50.0}, "amounts_mol": {"P2W17": 2.5e-4, "Lu(NO3)3": 1.25e-4}}
    pump = {"switch": 0, "protocol": "oem", "syringe_ml": 1.0, "ports": 9, "gain_sd": 0.0}
    return {
        "vessels": {
            "bottle": {"capacity_ml": 100.0, "mixture": bottle},
            "waste": {"capacity_ml": 100.0},
            **{f"tube_{n}": {"capacity_ml": 1.2} for n in range(1, 25)},
        },
        "lines": [
            {"name": "in", "a": "bottle", "b": "pump:1", "volume_ml": 0.0},
            {"name": "drain", "a": "pump:2", "b": "waste", "volume_ml": 0.1},
            {"name": "needle", "a": "pump:9", "b": "carousel:common", "volume_ml": 0.0},
            *(_tube(n) for n in range(1, 25)),
        ],
        "devices": {
            "pump": {"model": "tecan_cavro", "address": "pump", "options": pump},
            "carousel": {"model": "grbl_carousel", "address": "carousel", "options": {}},
            "spinsolve": {"model": "magritek_spinsolve", "address": "spinsolve", "sampler": "carousel"},
        },
        **changes,
    }


class Lab:
    """A host of all three; after every saying it waits as long as it is told."""

    def __init__(self, *faults: str, seed: int = 7, **changes: Any) -> None:
        self.bench: SimulatedBench = open_bench(describe(**changes), seed, faults)
        self.streams = {name: self.bench.connect(name, 0.0) for name in self.bench.addresses()}
        self.share: dict[str, bytes] = {}
        self.t_s = 2.0
        self.streams["carousel"].read(self.t_s)

    def say(self, name: str, data: bytes, seconds: float = 0.1) -> bytes:
        self.streams[name].write(self.t_s, data)
        return self.wait(name, seconds)

    def wait(self, name: str, seconds: float) -> bytes:
        self.t_s += seconds
        heard = self.streams[name].read(self.t_s)
        self.share |= dict(self.bench.files())
        return heard

    def ask(self, body: str, seconds: float = 0.1) -> list[str]:
        """Say something to the spectrometer and return what comes, shortly."""
        return told(children(self.say("spinsolve", f"{HEAD}<Message>{body}</Message>".encode(), seconds)))

    def pump(self, text: str, seconds: float) -> None:
        frame = b"\x0211" + text.encode() + b"\x03"
        checksum = 0
        for byte in frame:
            checksum ^= byte
        self.say("pump", frame + bytes((checksum,)), seconds)

    def fill(self) -> "Lab":
        """Put 0.5 mL of the bottle into tube 1, which stands under the needle after homing."""
        assert self.say("carousel", b"$H\n", 10.0) == b"ok\r\n"
        self.pump("Z0,1,2R", 30.0)
        self.pump("I1A1500I9A0R", 30.0)
        return self

    def put_in(self) -> "Lab":
        """Turn tube 1 over the bore and let it down."""
        assert self.say("carousel", b"G90 G0 X180\nG0 Z-100\nG4 P0\n", 20.0).endswith(b"ok\r\n")
        return self

    def measured(self, folder: str = "block") -> "Lab":
        self.ask(FOLDER.format(folder))
        assert self.ask(start(), BLOCK_S + 5.0)[-1] == "Completed true"
        return self


def decay(content: bytes) -> Any:
    """Return the complex points of a data.1d, in the twin's sense."""
    values = np.frombuffer(content[32:], "<f4")
    count = len(values) // 3
    return values[count::2] - 1j * values[count + 1 :: 2]


def test_a_tube_is_filled_put_in_and_measured() -> None:
    """0.5 mL is in tube 1; with it in the magnet the lines of ML2, ML and L are there, without it noise alone."""
    lab = Lab().fill()
    assert lab.bench.truth()["vessels"]["tube_1"]["volume_ml"] == pytest.approx(0.5)
    lab.measured("before").put_in()
    assert lab.bench.truth()["devices"]["spinsolve"]["sample"] == "tube_1"
    lab.measured("after")
    before, after = (decay(lab.share[f"spinsolve/run/{name}/data.1d"]) for name in ("before", "after"))
    spread = float(np.std(before[4000:].real))
    assert float(np.abs(np.mean(before[:50]))) < 3.0 * spread / 50**0.5
    spectra = [np.abs(np.fft.fft(fid)) for fid in (before, after)]
    assert float(spectra[1].max()) > 4.0 * float(spectra[0].max())


def test_the_tube_balances_to_a_part_in_a_milliard() -> None:
    """P1: what left the bottle is in the tube and in the lines, whatever it has reacted to."""
    truth = Lab().fill().put_in().bench.truth()
    tube, bottle = truth["vessels"]["tube_1"], truth["vessels"]["bottle"]
    assert tube["charged_mol"]["P2W17"] == pytest.approx(2.5e-6, rel=1e-9)
    assert tube["charged_mol"]["P2W17"] + bottle["charged_mol"]["P2W17"] == pytest.approx(2.5e-4, rel=1e-9)
    amounts = tube["composition_mol"]
    lutetium = sum(amounts[name] for name in ("Lu3+", "LuP2W17", "Lu(P2W17)2"))
    assert lutetium == pytest.approx(tube["charged_mol"]["Lu(NO3)3"], rel=1e-9)
    assert 0.54 < 2 * amounts["Lu(P2W17)2"] / tube["charged_mol"]["P2W17"] < 0.82


def test_a_tube_taken_away_leaves_the_bore_empty() -> None:
    """Somebody took tube 1: the lift goes down with nothing, and there is no sample."""
    lab = Lab("carousel:tube_missing@t=1,position=1").fill().put_in()
    assert lab.bench.truth()["devices"]["spinsolve"]["sample"] is None


def test_lost_steps_put_the_wrong_tube_in() -> None:
    """The board reports arrival; the tube in the magnet is another one, and only the truth knows."""
    lab = Lab("carousel:stall@t=71").fill().put_in()
    assert lab.bench.truth()["devices"]["spinsolve"]["sample"] == "tube_19"


def test_a_restart_hangs_up_and_comes_back() -> None:
    """The connection dies, is refused for a minute, and then finds an idle instrument without the block's files."""
    lab = Lab("spinsolve:power_cycle@t=100")
    lab.t_s = 90.0
    lab.ask(FOLDER.format("lost"))
    lab.ask(start())
    lab.t_s = 101.0
    with pytest.raises(ConnectionError):
        lab.streams["spinsolve"].read(lab.t_s)
    with pytest.raises(ConnectionError):
        lab.bench.connect("spinsolve", 159.0)
    lab.t_s = 161.0
    lab.streams["spinsolve"] = lab.bench.connect("spinsolve", lab.t_s)
    assert lab.ask(start(), BLOCK_S + 5.0)[0] == "Running"
    assert "spinsolve/run/lost/data.1d" not in lab.share


def test_a_pulled_cable_does_not_end_the_block() -> None:
    """Unplugged for ten seconds in the middle: the files come all the same."""
    lab = Lab("spinsolve:unplug@t=50,for=10")
    lab.ask(FOLDER.format("block"))
    lab.ask(start())
    lab.t_s = 70.0
    lab.streams["spinsolve"] = lab.bench.connect("spinsolve", lab.t_s)
    lab.wait("spinsolve", BLOCK_S)
    assert len(lab.share["spinsolve/run/block/data.1d"]) == 32 + 12 * 8192


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("drop_reply@n=1", []),
        ("duplicate_reply@n=1", ["HardwareResponse", "HardwareResponse"]),
        ("late_reply@n=1,by=5", []),
    ],
)
def test_faults_strike_whole_documents(fault: str, heard: list[str]) -> None:
    """A frame is a document (or several that go out together)."""
    assert Lab(f"spinsolve:{fault}").ask(HARDWARE) == heard


def test_broken_documents_are_only_broken_documents() -> None:
    """A truncated reply has no end, a corrupt one differs in one byte; the next is whole."""
    whole = Lab().say("spinsolve", f"{HEAD}<Message>{HARDWARE}</Message>".encode())
    for fault in ("truncate_reply@n=1,byte=100", "corrupt_reply@n=1", "garbage@n=1"):
        lab = Lab(f"spinsolve:{fault}")
        first = lab.say("spinsolve", f"{HEAD}<Message>{HARDWARE}</Message>".encode())
        assert first != whole
        assert lab.say("spinsolve", f"{HEAD}<Message>{HARDWARE}</Message>".encode()) == whole


def test_the_long_list_takes_its_time_in_pieces() -> None:
    """A host that looks early hears the beginning only; in the end all of it has come."""
    options = {"model": "magritek_spinsolve", "address": "spinsolve", "options": {"long_list": True}}
    lab = Lab(devices={"spinsolve": options, "carousel": describe()["devices"]["carousel"]}, lines=[])
    request = f"{HEAD}<Message><AvailableProtocolOptionsRequest/></Message>".encode()
    early = lab.say("spinsolve", request, 0.0122)
    assert 0 < len(early) < 60_000
    late = lab.wait("spinsolve", 0.1)
    assert (early + late).endswith(b"</Message>")
    assert len(early + late) > 60_000


@pytest.mark.parametrize("every_s", [0.7, 31.0])
def test_however_seldom_a_host_looks_everything_happens_at_its_own_time(every_s: float) -> None:
    """Bytes and files are the same for a host that looks at every event and one that hardly looks."""
    labs = [Lab("carousel:homing_lost@t=120", "spinsolve:busy_other_user@t=60,for=100") for _ in range(2)]
    heard: list[dict[str, bytes]] = []
    for lab, eager in zip(labs, (True, False), strict=True):
        lab.ask(FOLDER.format("block"))
        lab.ask(start())
        lab.say("carousel", b"$H\n", 0.0)
        got = dict.fromkeys(("carousel", "spinsolve"), b"")
        while lab.t_s < 400.0:
            until_s = lab.t_s + every_s
            while eager and (next_s := lab.bench.advance(lab.t_s)) is not None and next_s <= until_s:
                lab.t_s = next_s
                lab.share |= dict(lab.bench.files())
                for name in got:
                    got[name] += lab.streams[name].read(next_s)
            lab.t_s = until_s
            for name in got:
                got[name] += lab.wait(name, 0.0)
        heard.append(got)
    assert heard[0] == heard[1]
    assert labs[0].share == labs[1].share
    assert labs[0].bench.truth() == labs[1].bench.truth()
    assert b"somebody else" in heard[0]["spinsolve"]


def test_equal_seeds_measure_equal_decays() -> None:
    """Noise and perturbation come from the seed alone."""
    first, again, other = (Lab(seed=seed).fill().put_in().measured().share for seed in (3, 3, 4))
    assert first == again
    assert first["spinsolve/run/block/data.1d"] != other["spinsolve/run/block/data.1d"]
