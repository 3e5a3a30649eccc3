"""One intent is one movement on the wire: no driver lets an instrument loop, repeat or move relatively by itself."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autosynth.clock import run_virtual
from autosynth.engine.run import OpenRun, RunEnd, start
from autosynth.journal.event import Event
from simulators.bench import SimulatedBench
from tests.autosynth.engine.host import PUMP, SELECTOR, Host
from tests.faults.stages import staged

PUMP_1 = 0x31
"""How the first of the two pumps on the bus is addressed."""
COMMAND = re.compile(rb"([A-Za-z?&%#*])[0-9,]*")
MOVES, FORBIDDEN = b"AIOBZYW", b"gGXPpDdMHa"
"""Absolute movements, and loops, repeats, relative and hidden moves, delays and halts of a pump."""
TURNS = {0x44, 0x45}
"""Orders of a selector that turn it."""
AXES = re.compile(rb"G1|G0|\$H|\$J")
CAROUSEL = "serial:/dev/ttyACM0"


@cache
def played(stage: str) -> tuple[RunEnd, Host, list[Event]]:
    """Return how a stage was run without faults, with all bytes that were sent."""
    setup, events = staged(stage), list[Event]()
    host = Host(SimulatedBench(setup.description, 0))

    def opened(run: OpenRun) -> None:
        run.on_event(events.append)

    with TemporaryDirectory() as folder:
        setup = replace(setup, bench=host, runs=Path(folder), on_open=opened)
        end = run_virtual(start(setup))
    return end, host, events


def intents(stage: str, device: str) -> list[str]:
    """Return the verbs of the intents of a device."""
    return [
        str(event.payload["stroke"]["verb"])
        for event in played(stage)[2]
        if event.kind == "intent" and event.payload["device"] == device
    ]


def strings(stage: str, address: int) -> list[list[bytes]]:
    """Return the letters of each command string that a pump was sent, in OEM frames."""
    sent = [each.data for each in played(stage)[1].sent if each.address == PUMP]
    texts = [data[3 : data.rindex(b"\x03")] for data in sent if data[:1] == b"\x02" and data[1] == address]
    return [COMMAND.findall(text) for text in texts]


@pytest.mark.parametrize("stage", ["doses", "sourcemeter"])
def test_a_pump_makes_one_movement_an_intent(stage: str) -> None:
    """A string an intent, with one absolute movement; initialising leaves the valve at waste besides."""
    found = strings(stage, PUMP_1)
    moving = [moves for letters in found if (moves := b"".join(letter for letter in letters if letter in MOVES))]
    assert set(moving) <= {b"A", b"I", b"O", b"ZI"}
    assert len(moving) == len(intents(stage, "pump")) > 10
    assert [letters for letters in found if any(letter in FORBIDDEN for letter in letters)] == []


def test_a_selector_turns_once_an_intent() -> None:
    """Each order is of an intent; one that does not know its place is homed first, in the same intent."""
    sent = [each.data for each in played("sourcemeter")[1].sent if each.address == SELECTOR]
    turns = [data[2] for data in sent if data[2] in TURNS]
    assert turns.count(0x44) == len(intents("sourcemeter", "selector")) > 3
    assert turns.count(0x45) <= 1


def test_a_carousel_moves_one_axis_an_intent() -> None:
    """A line moves one axis; homing is one order and ends with the lift up and the first place, absolutely."""
    sent = b"".join(each.data for each in played("nmr")[1].sent if each.address == CAROUSEL)
    lines = [line for line in sent.splitlines() if AXES.search(line)]
    assert all(line.count(b"X") + line.count(b"Z") == 1 for line in lines if b"$H" not in line)
    assert not any(b"$J" in line or b"G91" in line for line in lines)
    verbs = intents("nmr", "carousel")
    homings = verbs.count("home_sampler")
    assert sum(b"$H" in line for line in lines) == homings == 1
    assert len(lines) == len(verbs) + 2 * homings
