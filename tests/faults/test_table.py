"""Every fault on every device in each of its states ends well, and the document says how."""

from importlib import import_module
from typing import get_type_hints

import pytest

from simulators.bench import MODELS as SIMULATORS
from simulators.faultkinds import KINDS
from simulators.faults import faults_of
from tests.faults.cells import MODELS, OWN, Cell, cells
from tests.faults.checks import BARE, DO, RULE, troubles
from tests.faults.play import play
from tests.faults.table import said, written

PART, BATCH = 3, 4
"""A third of the cells in every test run, a few a test; all of them in `make soak`."""
SAMPLE = cells()[::PART]


def wrong(played: list[Cell]) -> list[str]:
    """Return what is wrong with cells, and where the document says something else of them."""
    told, found = said(), list[str]()
    for cell in played:
        result = play(cell)
        found += troubles(result)
        if result.outcome != told.get(cell):
            found.append(f"{cell}: {result.outcome}, the document says {told.get(cell)}: python -m tests.faults.table")
    return found


@pytest.mark.parametrize("first", range(0, len(SAMPLE), BATCH))
def test_a_third_of_the_cells_end_as_the_document_says(first: int) -> None:
    """Ended, safe, explained, accounted for; each fault struck the very state that it names."""
    assert wrong(SAMPLE[first : first + BATCH]) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_all_cells_end_as_the_document_says() -> None:
    """Likewise all of them."""
    assert wrong(cells()) == []


def test_the_document_has_every_cell_and_no_other() -> None:
    """The tables are what the list of cells asks for, in its order, and read back as they were written."""
    told = said()
    assert list(told) == cells()
    assert written(told).count("\n### ") == len(OWN)


def test_every_fault_of_a_device_is_among_its_cells() -> None:
    """Whatever the simulators know strikes each device that has it."""
    struck = {(cell.device, cell.name) for cell in cells()}
    known = {
        (device, fault)
        for device, model in MODELS.items()
        for fault in faults_of(get_type_hints(import_module(SIMULATORS[model]).build)["return"].faults)
        if model != "file_drop" or fault == "power_cycle" or KINDS[fault].of == "device"
    }
    assert struck == known


@pytest.mark.parametrize(
    ("reason", "bare", "does", "rule"),
    [
        ("pump: no complete reply came in time. Check cable and power", False, True, False),
        ("pump: ConnectionError()", True, False, False),
        ("the plate is <drivers.ika_ret.device.IkaHotplate object at 0x7f>", True, False, False),
        ("CV-I: cell: the current of a cell stays at 2 mA or below", False, False, True),
        ("pump: it did not", False, False, False),
    ],
)
def test_words_that_are_for_nobody_would_be_seen(reason: str, bare: bool, does: bool, rule: bool) -> None:
    """The checks know names of classes, advice and rules."""
    assert (bool(BARE.search(reason)), bool(DO.search(reason)), bool(RULE.match(reason))) == (bare, does, rule)
