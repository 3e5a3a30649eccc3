"""The table of outcomes in docs/faults.md: written by `python -m tests.faults.table`, read by the tests.

It stands between `<!-- outcomes -->` and `<!-- /outcomes -->`, one table a device. Playing every cell takes minutes;
devices that are named are played alone, and the others' tables stay.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.cells import MODELS, OWN, Cell, cells, faults_of, states_of
from tests.faults.checks import troubles
from tests.faults.play import play

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
PLACE = re.compile(r"(?<=<!-- outcomes -->\n).*?(?=<!-- /outcomes -->)", re.DOTALL)
NONE = "–"
Outcomes = Mapping[Cell, str]


def written(outcomes: Outcomes) -> str:
    """Return the tables of all devices; a cell that is not played has a dash."""
    return "".join(f"\n### {device}, {MODELS[device]}\n\n{_table(device, outcomes)}" for device in OWN) + "\n"


def _table(device: str, outcomes: Outcomes) -> str:
    states = states_of(device)
    rows = [("fault", *states), ("---",) * (len(states) + 1)]
    rows += [
        (f"`{fault}`", *(outcomes.get(Cell(device, state, fault), NONE) for state in states))
        for fault in faults_of(device)
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def said() -> dict[Cell, str]:
    """Return what the document says of every cell.

    Raises:
        ValueError: the document has no place for the tables.
    """
    place = PLACE.search(DOCUMENT.read_text(encoding="utf-8"))
    if place is None:
        message = f"{DOCUMENT} has no place for outcomes"
        raise ValueError(message)
    found: dict[Cell, str] = {}
    device, states = "", list[str]()
    for line in place[0].splitlines():
        parts = [part.strip() for part in line.strip("| ").split("|")]
        if line.startswith("### "):
            device = line.removeprefix("### ").partition(",")[0]
        elif line.startswith("| fault"):
            states = parts[1:]
        elif line.startswith("| `"):
            fault = parts[0].strip("`")
            found |= {
                Cell(device, state, fault): outcome
                for state, outcome in zip(states, parts[1:], strict=True)
                if outcome != NONE
            }
    return found


def main(devices: Sequence[str]) -> int:
    """Play the cells of these devices, of all without any, and write the tables; say what should not be."""
    outcomes, told = dict[Cell, str](), said()
    wrong: list[str] = []
    for cell in cells():
        if devices and cell.device not in devices:
            outcomes |= {cell: told[cell]} if cell in told else {}
            continue
        played = play(cell)
        outcomes[cell] = played.outcome
        wrong += troubles(played)
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(PLACE.sub(lambda _: written(outcomes), text), encoding="utf-8")
    print("\n".join([*wrong, f"{len(outcomes)} cells written, {len(wrong)} troubles"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
