"""Requests that would make a simulated instrument run out of memory, stack or numbers are refused as it refuses."""

import numpy as np
import pytest

from simulators.device import Face
from simulators.grbl_carousel import face as grbl
from simulators.ika_ret import face as ika
from simulators.keithley_2450 import face as keithley
from simulators.magritek_spinsolve import face as spinsolve
from simulators.palmsens_emstat_pico import face as pico
from tests.simulators.recording_twin import RecordingTwin

FACES = {
    "grbl": (grbl, {"resets_on_open": False}),
    "ika": (ika, {}),
    "keithley": (keithley, {}),
    "pico": (pico, {}),
    "spinsolve": (spinsolve, {}),
}
NESTED = b"<DataFolder>" * 3000 + b"<UserFolder>C:\\x</UserFolder>" + b"</DataFolder>" * 3000
DEEP_IFS = b"e\nvar E\n" + b"if E > E\n" * 400 + b"endif\n" * 400 + b"\n"
ELSES = b"e\nvar E\nif E > E\n" + b"elseif E > E\n" * 900 + b"endif\n\n"


def opened(name: str) -> Face:
    module, options = FACES[name]
    spec = {"options": options, "vessel": "cell"}
    face: Face = module.build("device", spec, RecordingTwin(), np.random.default_rng(7))
    return face


def heard(face: Face, *requests: bytes) -> bytes:
    for request in requests:
        face.receive(10.0, request)
        face.advance(10.0)
    return b"".join(data for _, data in face.collect(10.0))


@pytest.mark.parametrize(
    ("name", "requests", "answer"),
    [
        ("keithley", [b"SOUR:SWE:VOLT:LIN 0,1,1000000,0,1000000\n", b"SYST:ERR?\n"], b"-222,"),
        ("keithley", [b"SOUR:SWE:VOLT:LIN 0,1,600000,0,1,AUTO,OFF,ON\n", b"SYST:ERR?\n"], b"-222,"),
        ("keithley", [b"SOUR:SWE:VOLT:LIN:STEP -200,200,1e-9\n", b"SYST:ERR?\n"], b"-222,"),
        ("keithley", [b"SOUR:LIST:VOLT 0,1\n", b"SOUR:SWE:VOLT:LIST 1,0,1000000\n", b"SYST:ERR?\n"], b"-222,"),
        ("spinsolve", [b"<Message><Set>" + NESTED + b"</Set><HardwareRequest/></Message>"], b"<HardwareResponse>"),
        ("pico", [DEEP_IFS], b"e!4005: Line 22, Col 1\n"),
        ("pico", [ELSES], b"e!4005: Line 22, Col 1\n"),
        ("pico", [b"e\n" + b"var E\n" * 5000 + b"\n"], b"e!4005: Line 1001, Col 1\n"),
        ("grbl", [b"$120=0\n"], b"error:4\r\n"),
        ("grbl", [b"$110=1e-300\n"], b"error:4\r\n"),
    ],
)
def test_it_is_refused(name: str, requests: list[bytes], answer: bytes) -> None:
    """By the instrument's own error, before anything is made of it; settings that nest too deep set nothing."""
    assert answer in heard(opened(name), *requests)


@pytest.mark.parametrize(("name", "kept"), [("ika", "_line"), ("grbl", "_line")])
def test_a_line_that_never_ends_is_not_kept(name: str, kept: str) -> None:
    """Enough of it is, to know that it was too long."""
    face = opened(name)
    heard(face, b"x" * 100_000)
    assert len(getattr(face, kept)) == 81
