"""The simulated instruments' ears: whatever a host sends, they answer or are silent, and stay in a legal state.

A face is driven as the bench drives it: `receive`, `collect`, `advance`, times that never decrease, sometimes a power
cycle or a new connection. It may keep no more bytes than a megabyte of what has not ended.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import xor
from random import Random
from typing import Any

import numpy as np

from drivers.modbus.codec import read_holding, read_inputs, read_registers, write_register
from drivers.new_era_ne1000.codec import crc as new_era_crc
from drivers.new_era_ne1000.codec import encode_basic, encode_safe
from drivers.runze_sv06.codec import checksum
from drivers.tecan_cavro.codec import encode_dt, encode_oem
from simulators.alicat_mc import face as alicat
from simulators.bench import MODELS
from simulators.delta_vfd import face as vfd
from simulators.device import Face, Filing
from simulators.file_drop import face as drop
from simulators.genogrinder_2010 import face as grinder
from simulators.grbl_carousel import face as grbl
from simulators.ika_ret import face as ika
from simulators.keithley_2450 import face as keithley
from simulators.magritek_spinsolve import face as spinsolve
from simulators.mettler_sics import face as sics
from simulators.modbus import crc
from simulators.modbus_block import face as block
from simulators.new_era_ne1000 import face as new_era
from simulators.palmsens_emstat_pico import face as pico
from simulators.runze_sv06 import face as runze
from simulators.tecan_cavro import face as cavro
from tests.fuzz.batches import Batch
from tests.fuzz.conversations import spoken
from tests.fuzz.mutation import chunks, mutated
from tests.fuzz.sentences import DOSINGS, INFUSIONS, ORDERS, REQUESTS, SCPI, SCRIPT
from tests.simulators.recording_twin import RecordingTwin

State = Mapping[str, Any]
MOST_BYTES = 1 << 20
LOOK = 10
"""Its state is looked at after so many inputs."""
WAKES = 200
"""So often an instrument may want to be woken within one wait; more are left for the next."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """How an instrument is spoken to, and which of its states are legal."""

    build: Callable[..., Face]
    options: Mapping[str, Any]
    frames: Sequence[bytes]
    legal: Callable[[State], bool]
    sealed: Callable[[bytes], bytes] = field(default=bytes)
    waits_s: Sequence[float] = (0.0, 0.001, 0.05, 1.0, 20.0)


def _oem(frame: bytes) -> bytes:
    return frame[:-1] + bytes((reduce(xor, frame[:-1], 0),)) if frame[:1] == b"\x02" else frame


def _cavro_frames() -> Sequence[bytes]:
    oem = (encode_oem(0, number % 7 + 1, each, repeat=number % 3 == 0) for number, each in enumerate(ORDERS))
    return (*spoken("tecan_cavro", ">"), *oem, *(encode_dt(0, each) for each in ORDERS))


def _new_era_frames() -> Sequence[bytes]:
    packets = tuple(encode_safe(0, each) for each in INFUSIONS)
    return (*spoken("new_era_ne1000", ">"), *packets, *(encode_basic(0, each) for each in INFUSIONS))


def _checked(frame: bytes) -> bytes:
    return frame[:-3] + new_era_crc(frame[2:-3]) + frame[-1:] if len(frame) > 5 and frame[:1] == b"\x02" else frame


def _within(value: float | None, low: float, high: float) -> bool:
    """Tell whether a number lies between two, up to the rounding of its last digit."""
    return value is None or low - 1e-9 <= value <= high + 1e-9


MOUTHS: Mapping[str, Mouth] = {  # the simulated lift has no lower stop: without soft limits it goes on
    "file_drop": Mouth(drop.build, {}, (b"deaf",), lambda s: s["files"] == 0 and s["measuring"] is None),
    "alicat_mc": Mouth(
        alicat.build,
        {"boot_s": 0.1},
        (*spoken("alicat_mc", ">"), b"A\r", b"AS-5\r", b"AS1e9\r", b"B\r", b"AHC\r", b"A@=B\r"),
        lambda s: _within(s["target_ml_min"], 0.0, 1000.0),
    ),
    "delta_vfd": Mouth(
        vfd.build,
        {"boot_s": 0.1, "silence_s": 2.0},
        (
            *spoken("delta_vfd", ">"),
            write_register(1, 0x2001, 4000),
            write_register(1, 0x2000, 0x22),
            write_register(1, 0x0903, 50),
            write_register(0, 0x2000, 0x12),
            read_holding(1, 0x2100, 32),
        ),
        lambda s: _within(s["output_hz"], 0.0, 50.0) and _within(s["target_hz"], 0.0, 50.0) and s["fault"] >= 0,
        lambda frame: frame[:-2] + crc(frame[:-2]),
    ),
    "genogrinder_2010": Mouth(
        grinder.build,
        {"boot_s": 0.1, "lock_s": 1.0},
        (b"*01*\r", b"*02,005,1500*\r", b"*02,999,1750*\r", b"*04*\r", b"*05*\r", b"*06*\r", b"*04*\r*01*\r"),
        lambda s: _within(s["jar_hz"], 0.0, 30.0) and s["phase"] in grinder.WORDS,
    ),
    "grbl_carousel": Mouth(
        grbl.build,
        {"resets_on_open": False, "boot_s": 0.1},
        (
            *spoken("grbl_carousel", ">"),
            b"$H\n",
            b"$X\n",
            b"G90 G53 G1 Z-50.000 F3000\n",
            b"G4 P0.5\n",
            b"!",
            b"~",
            b"\x18",
        ),
        lambda s: _within(s["z"], -1e6, 1e6) and _within(s["believed_z"], -1e6, 1e6),
    ),
    "ika_ret": Mouth(
        ika.build,
        {},
        (*spoken("ika_ret", ">"), b"IN_PV_1\r\n", b"START_4\r\n", b"RESET\r\n", b"OUT_WD1@20\r\n", b"SET_MODE_B\r\n"),
        lambda s: _within(s["target_c"], 0.0, 400.0) and _within(s["target_rpm"], 0.0, 1500.0),
    ),
    "keithley_2450": Mouth(
        keithley.build,
        {"boot_s": 0.1},
        (*spoken("keithley_2450", ">"), *SCPI),
        lambda s: _within(s["level_v"], -210.0, 210.0) and len(s["errors"]) <= keithley.QUEUE,
    ),
    "magritek_spinsolve": Mouth(
        spinsolve.build,
        {"boot_s": 0.1},
        (*spoken("magritek_spinsolve", ">"), *REQUESTS),
        lambda s: _within(s["line_width_hz"], 0.0, 1e6),
        waits_s=(0.0, 0.01, 1.0, 30.0, 600.0),
    ),
    "mettler_sics": Mouth(
        sics.build,
        {"boot_s": 0.1, "quantos": True, "door": "closed", "pin": "locked"},
        (*spoken("mettler_sics", ">"), *DOSINGS),
        lambda s: s["door"] in {"open", "closed", "moving"} and _within(s["last_mg"], 0.0, 250000.0 * 1.4),
    ),
    "new_era_ne1000": Mouth(
        new_era.build,
        {"boot_s": 0.1},
        _new_era_frames(),
        lambda s: _within(s["infused_ml"], 0.0, 1e12) and _within(s["safe_s"], 0, 255) and s["status"] in "IWSP",
        _checked,
    ),
    "modbus_block": Mouth(
        block.build,
        {"boot_s": 0.1},
        (*spoken("modbus_block", ">"), read_registers(1, 0, 2), read_inputs(1, 0, 4)),
        lambda s: all(s.values()),
        lambda frame: frame[:-2] + crc(frame[:-2]),
    ),
    "palmsens_emstat_pico": Mouth(
        pico.build,
        {"boot_s": 0.1},
        (
            *spoken("palmsens_emstat_pico", ">"),
            SCRIPT,
            SCRIPT,
            b"Z\n",
            b"h\n",
            b"H\n",
            b"G01\n",
            b"S0403\n",
            b"l\n",
            b"r\n",
        ),
        lambda s: _within(s["potential_v"], -1.7, 2.0),
    ),
    "runze_sv06": Mouth(
        runze.build,
        {"ports": 6, "boot_s": 0.1},
        spoken("runze_sv06", ">"),
        lambda s: s["port"] in (None, *"123456") and _within(s["at"], 0.0, 7.0),
        lambda frame: frame[:6] + checksum(frame[:6]),
    ),
    "tecan_cavro": Mouth(
        cavro.build,
        {"boot_s": 0.1, "initialised": True, "port": 1},
        _cavro_frames(),
        lambda s: _within(s["plunger_ml"], 0.0, 1.06) and s["port"] in (None, *map(str, range(1, 10))),
        _oem,
    ),
}
if set(MOUTHS) != set(MODELS):
    raise LookupError("a simulated model is not fuzzed")


def speak(mouth: Mouth, chance: Random, inputs: int) -> None:
    """Say so many bent frames to an instrument, with time between, breaks of the connection and losses of power.

    Raises:
        Exception: whatever the face raises; ValueError for a state, a time or an amount of memory that is not legal.
    """
    rng = np.random.default_rng(chance.randrange(1 << 32))
    spec = {"options": mouth.options, "vessel": "vessel"}
    head = {"substance": "powder", "lot": "1", "left_mg": 1e6}
    face = mouth.build("device", spec, RecordingTwin(heads={"device": head}), rng)
    t_s = 1.0
    for number in range(inputs):
        data = mutated(chance, mouth.frames)
        for piece in chunks(chance, mouth.sealed(data) if chance.random() < 0.5 else data):
            face.receive(t_s, piece)
            _collect(face, t_s)
        t_s = _wait(face, t_s, chance.choice(mouth.waits_s))
        if chance.random() < 0.01:
            chance.choice((face.opened, face.power_cycle))(t_s)
            _collect(face, t_s)
        if number % LOOK == 0:
            _check(mouth, face)


def _collect(face: Face, t_s: float) -> None:
    """Take what a face says, as the bench does after every call."""
    for at_s, data in face.collect(t_s):
        if not math.isfinite(at_s) or not isinstance(data, bytes):
            raise ValueError(f"a frame {data!r} at {at_s} s")
    if isinstance(face, Filing):
        for path, _ in face.dropped(t_s):
            if path.startswith("/") or ".." in path.split("/") or "\\" in path or not path:
                raise ValueError(f"a file {path!r} outside its folder")
    wake_s = face.advance(t_s)
    if wake_s is not None and not wake_s > t_s:
        raise ValueError(f"it wants to be woken at {wake_s} s, which is not after {t_s} s")


def _wait(face: Face, t_s: float, wait_s: float) -> float:
    until_s = t_s + wait_s
    for _ in range(WAKES):
        wake_s = face.advance(t_s)
        if wake_s is None or wake_s > until_s:
            face.advance(until_s)
            return until_s
        t_s = wake_s
        face.advance(t_s)
        _collect(face, t_s)
    return t_s


def _check(mouth: Mouth, face: Face) -> None:
    state = face.state()
    json.dumps(state, allow_nan=False)
    if not mouth.legal(state):
        raise ValueError(f"an illegal state {state}")
    if _kept(face, 2) > MOST_BYTES:
        raise MemoryError("it keeps more than a megabyte of what has not ended")


def _kept(thing: object, depth: int) -> int:
    """Return the bytes and texts that an object keeps in its own buffers and lists."""
    held = vars(thing).values() if hasattr(thing, "__dict__") else ()
    found = 0
    for value in held:
        if isinstance(value, bytearray):
            found += len(value)
        elif isinstance(value, list):
            found += sum(len(each) for each in value if isinstance(each, str | bytes))
        elif depth and type(value).__module__.startswith("simulators."):
            found += _kept(value, depth - 1)
    return found


BATCHES: Mapping[str, Batch] = {name: partial(speak, mouth) for name, mouth in MOUTHS.items()}
