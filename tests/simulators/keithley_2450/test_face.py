from typing import Any

import numpy as np
import pytest

from simulators.device import Build, Face
from simulators.keithley_2450.face import KeithleyFace, build
from tests.simulators.recording_twin import RecordingTwin

_FACE: type[Face] = KeithleyFace
_BUILD: Build = build

SETUP = """*RST
SENS:FUNC "CURR"
SENS:CURR:RSEN ON
SENS:CURR:NPLC 1
SOUR:FUNC VOLT
SOUR:VOLT:RANG 2
SOUR:VOLT:ILIM 0.01
"""


class Host:
    """Sends messages and gathers answers."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin()
        exact = {"overhead_s": 0.0, "auto_delay_s": 0.0}
        spec = {"options": {**exact, **options}, "vessel": "cell"}
        self.face = build("smu", spec, self.twin, np.random.default_rng(7))
        self.t_s = 10.0

    def send(self, text: str) -> str:
        self.face.receive(self.t_s, text.encode() + b"\n")
        return b"".join(answer for _, answer in self.face.collect(self.t_s)).decode().rstrip("\n")

    def errors(self) -> list[int]:
        found: list[int] = []
        while (code := int(self.send("SYST:ERR?").split(",")[0])) != 0:
            found.append(code)
        return found

    def rest(self) -> float:
        while (wake_s := self.face.advance(self.t_s)) is not None:
            self.t_s = wake_s
        return self.t_s


def test_identity_language_and_an_empty_queue() -> None:
    """The common queries are answered, several in one message joined by semicolons."""
    host = Host()
    assert host.send("*IDN?") == "KEITHLEY INSTRUMENTS,MODEL 2450-EC,04400001,1.7.12b"
    assert host.send("*lang?;*opc?;:syst:err?") == 'SCPI;1;0,"No error;0;0 0"'


def test_settings_are_kept_and_asked_back_in_any_spelling() -> None:
    """What is written comes back; ranges become the next that holds the value."""
    host = Host()
    host.send(SETUP)
    assert host.send("source1:voltage:ilimit:level?") == "1.000000E-02"
    host.send("OUTPUT:VOLTAGE:SMODE himpedance")
    assert host.send("OUTP:VOLT:SMOD?") == "HIMP"
    assert host.send("SOUR:VOLT:RANG?") == "2.000000E+00"
    host.send("sens:curr:rang 3e-5")
    assert host.send(":SENSe:CURRent:DC:RANGe:UPPer?;AUTO?") == "1.000000E-04;0"
    assert host.send("SENS:CURR:RSEN?") == "1"
    assert host.errors() == []


@pytest.mark.parametrize(
    ("word", "said", "cell_v"),
    [("HIMP", "HIMP", None), ("normal", "NORM", 0.0), ("zero", "ZERO", 0.0), ("GUARD", "GUAR", 0.0)],
)
def test_only_the_high_impedance_off_state_opens_the_cell(word: str, said: str, cell_v: float | None) -> None:
    """The others hold it at 0 V; on, it is at the level, whatever the off state."""
    host = Host()
    host.send(f"{SETUP}OUTP:VOLT:SMOD {word}\nSOUR:VOLT 0.5\nOUTP ON")
    assert (host.send("OUTP:VOLT:SMOD?"), host.face.state()["cell_v"]) == (said, 0.5)
    host.send("OUTP OFF")
    assert host.face.state()["cell_v"] == cell_v
    assert host.errors() == []


def test_the_off_state_is_normal_after_a_reset_and_refuses_other_words() -> None:
    """A host that wants the cell open must say so after every *RST."""
    host = Host()
    host.send("OUTP:VOLT:SMOD HIMP\n*RST")
    assert host.send("OUTP:VOLT:SMOD?") == "NORM"
    host.send("OUTP:VOLT:SMOD OPEN")
    assert host.errors() == [-224]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("SOUR:VOLTT 1", -113),
        ("SENS:FUNC 'VOLT'", -224),
        ("SOUR:VOLT", -109),
        ("SOUR:VOLT 1V", -104),
        ("SOUR:VOLT 300", -222),
        ("OUTP MAYBE", -224),
        ("SENS:CURR:NPLC 50", -222),
        ('TRAC:ACT? "nobuffer"', -224),
        ("TRAC:DATA? 1,5", -222),
        ("INIT", -221),
        ("SOUR:SWE:VOLT:LIN 0,1", -109),
        ('SENS:FUNC "CURR"; SENS:CURR:RSEN ON', -113),
    ],
)
def test_mistakes_go_into_the_error_queue(message: str, code: int) -> None:
    """A wrong command gets no answer but one entry in the queue."""
    host = Host()
    assert host.send(message) == ""
    assert host.errors() == [code]


def test_a_level_beyond_a_fixed_range_is_refused() -> None:
    """With the 2 V range chosen 3 V is out of range, and so is what the options forbid."""
    host = Host(potential_max_v=1.5)
    host.send("SOUR:VOLT:RANG 2")
    host.send("SOUR:VOLT -3")
    host.send("SOUR:VOLT 1.6")
    assert host.errors() == [-222, -222]


def test_a_dual_sweep_makes_a_cyclic_voltammogram() -> None:
    """Readings come one every delay plus integration, there and back, and the sweep ends with the output off."""
    host = Host()
    host.send(SETUP + 'SOUR:SWE:VOLT:LIN 0,0.4,5,0.08,1,BEST,OFF,ON,"defbuffer1"')
    assert host.send("TRIG:STAT?") == "IDLE;IDLE;0"
    host.send("OUTP ON")
    host.send("INIT")
    host.t_s = 10.35
    assert host.send("TRAC:ACT?") == "3"
    assert host.send("TRIG:STAT?") == "RUNNING;RUNNING;0"
    assert host.send("*OPC?") == ""
    assert host.rest() == pytest.approx(10.9)
    assert [data for _, data in host.face.collect(host.t_s)] == [b"1\n"]
    numbers = [float(text) for text in host.send('TRAC:DATA? 1,9,"defbuffer1",SOUR,READ,REL').split(",")]
    levels = [0.0, 0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1, 0.0]
    assert numbers[0::3] == pytest.approx(levels)
    assert numbers[1::3] == pytest.approx([level / 1e6 for level in levels])
    assert numbers[2::3] == pytest.approx([0.1 * index for index in range(9)])
    assert host.send("OUTP?;:TRIG:STAT?") == "0;IDLE;IDLE;0"
    assert len(host.twin.sweeps) == 1
    assert host.errors() == []


def test_a_list_sweep_steps_through_its_levels() -> None:
    """A list, appended to, is stepped through from its start index, as often as asked."""
    host = Host()
    host.send("SOUR:LIST:VOLT 0,0.1,0.2")
    host.send("SOUR:LIST:VOLT:APP 0.3")
    assert host.send("SOUR:LIST:VOLT:POIN?") == "4"
    host.send('TRAC:MAKE "cv", 1000')
    host.send('SOUR:SWE:VOLT:LIST 2,0,2,OFF,"cv"')
    host.send("INIT")
    host.rest()
    assert host.send('TRAC:DATA? 1,6,"cv",SOUR') == ",".join(f"{level:.6E}" for level in (0.1, 0.2, 0.3) * 2)
    assert host.errors() == []


def test_abort_keeps_what_was_read() -> None:
    """After ABOR the readings made are in the buffer and the waiting host is answered."""
    host = Host()
    host.send("SOUR:SWE:VOLT:LIN:STEP 0,1,0.1,0.08")
    host.send("INIT")
    host.send("*OPC?")
    host.t_s = 10.45
    assert host.send("ABOR") == "1"
    assert host.send("TRAC:ACT?;:TRIG:STAT?") == "4;ABORTED;ABORTED;0"
    assert host.face.advance(host.t_s) is None


def test_a_sweep_under_way_refuses_other_work() -> None:
    """A second start is ignored with -213, a new level is a conflict."""
    host = Host()
    host.send("SOUR:SWE:VOLT:LIN 0,1,11,0.08")
    host.send("INIT")
    host.send("INIT")
    host.send("SOUR:VOLT 0.5")
    assert host.errors() == [-213, -221]


def test_a_single_reading_comes_when_it_is_made() -> None:
    """READ? answers after the integration time, limited by the current limit, and nothing with the output off."""
    host = Host()
    assert host.send("READ?") == "9.910000E+37"
    host.send("OUTP ON")
    host.send("SOUR:VOLT 0.5")
    host.send("SOUR:VOLT:ILIM 2e-7")
    host.face.receive(20.0, b'READ? "defbuffer1",READ,SOUR,STAT\n')
    ((at_s, answer),) = host.face.collect(20.0)
    assert at_s == pytest.approx(20.022)
    assert answer == b"2.000000E-07,5.000000E-01,8\n"
    assert host.send("SOUR:VOLT:ILIM:TRIP?") == "1"
    host.send("SOUR:VOLT:ILIM 1e-3")
    host.send("SENS:CURR:RANG 1e-7")
    assert host.send("READ?") == "9.900000E+37"


def test_a_reversed_cell_turns_both_signs() -> None:
    """With polarity -1 the twin sees the opposite potential and the reading has the source's sign."""
    host = Host(polarity=-1)
    host.send("OUTP ON")
    host.send("SOUR:VOLT 0.5")
    assert host.send("READ?") == "5.000000E-07"
    assert host.twin.sweeps[-1][1].tolist() == [-0.5]


def test_the_other_language_answers_nothing() -> None:
    """In TSP mode only language and identity are answered."""
    host = Host(language="TSP")
    assert host.send("*LANG?") == "TSP"
    assert host.send("SOUR:VOLT?") == ""


def test_the_queue_overflows_politely_and_is_cleared() -> None:
    """The last of fifty entries says so; *CLS empties the queue."""
    host = Host()
    for _ in range(60):
        host.send("NONSENSE")
    errors = host.errors()
    assert errors == ([-113] * 49 + [-350])
    host.send("NONSENSE")
    host.send("*CLS")
    assert host.errors() == []


def test_power_loss_in_a_sweep() -> None:
    """Output off, buffers empty, deaf for a while."""
    host = Host()
    host.send("SOUR:SWE:VOLT:LIN 0,1,11,0.08")
    host.send("INIT")
    host.face.power_cycle(10.5)
    host.t_s = 11.0
    assert host.send("*IDN?") == ""
    host.t_s = 40.0
    assert host.send("OUTP?;:TRAC:ACT?;:TRIG:STAT?") == "0;0;EMPTY;EMPTY;0"


def test_a_hung_sweep_ends_late() -> None:
    """While hung the trigger model keeps running; afterwards the sweep ends."""
    host = Host()
    host.send("SOUR:SWE:VOLT:LIN 0,1,11,0.08")
    host.send("INIT")
    host.face.inject(10.1, "busy_forever", {"for": 30.0})
    host.t_s = 20.0
    assert host.send("TRIG:STAT?") == "RUNNING;RUNNING;0"
    assert host.rest() == pytest.approx(40.1)
    assert host.send("TRAC:ACT?") == "11"


@pytest.mark.parametrize("options", [{"polarity": 2}, {"language": "C"}, {"colour": 1}])
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    """A wrong option is an error when the bench opens."""
    with pytest.raises(ValueError, match=r"polarity|language|unknown option"):
        Host(**options)


def test_a_reference_that_drifts_moves_the_scale() -> None:
    """Half an hour of 20 mV/h is ten millivolts in what the twin is asked for."""
    host = Host()
    host.face.inject(host.t_s, "drift", {"per_h": 0.02})
    host.t_s += 1800.0
    host.send("OUTP ON")
    host.send("READ?")
    assert host.twin.sweeps[-1][3].reference_offset_v == pytest.approx(0.01, abs=1e-4)
