"""The shipped campaign steers the recipe of the ruthenium cages to its target, batch after batch, whatever r is.

Through the command line and the real drivers on the simulated bench; the twin says what has really been made.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from autosynth.cli import benches
from autosynth.cli.run import run_simulated
from simulators.twin import cages, filling
from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.corners import CORNERS
from tests.autosynth.cli.calling import call
from tests.protocols.cages.made import FOLDER

CAMPAIGN = FOLDER / "toward_three.yaml"
TARGET, NEAR = 3.0, 0.2
MOST = 2
"""Batches at most: the first feed knows nothing of r, the second is told by the first."""


@dataclass(frozen=True, slots=True)
class Steered:
    """A finished campaign: its summary, and the true mean of each batch when its spectrum was taken."""

    summary: dict[str, Any]
    true: list[float]

    @property
    def measured(self) -> list[float]:
        """The mean of each batch as its spectrum tells it."""
        return [float(row["objectives"]["x"]["value"]) for row in self.summary["rows"]]

    @property
    def feeds(self) -> list[float]:
        """What part of each batch's feed was ruthenium."""
        return [float(row["settings"]["feed"]) for row in self.summary["rows"]]

    def __str__(self) -> str:
        batches = zip(self.feeds, self.measured, self.true, strict=True)
        return "; ".join(f"feed {feed:.3f}: x {seen:.3f}, true {true:.3f}" for feed, seen, true in batches)


def taken_up(monkeypatch: pytest.MonkeyPatch, ratio: float) -> None:
    """Let ruthenium be taken up `ratio` times as readily as rhodium on every bench from now on."""
    ruthenium = replace(cages.RUTHENIUM, incorporation=ratio)
    other = replace(cages.CHEMISTRY, processes=(cages.Assembly((ruthenium, cages.COPPER)),))
    known = tuple(other if each is cages.CHEMISTRY else each for each in CHEMISTRIES)
    monkeypatch.setattr(filling, "CHEMISTRIES", known)


def steered(folder: Path, monkeypatch: pytest.MonkeyPatch, ratio: float, first: str, hold: str) -> Steered:
    """Run the campaign with other times at 90 °C; what is in the reactor is looked at where it would be discarded."""
    taken_up(monkeypatch, ratio)
    text = CAMPAIGN.read_text(encoding="utf-8").replace("rh_ru.yaml", (FOLDER / "rh_ru.yaml").as_posix())
    file = folder / CAMPAIGN.name
    fixed = "fixed: {target: 3, batch: discard"
    assert fixed in text
    file.write_text(text.replace(fixed, f"{fixed}, first: {first}, hold: {hold}"), encoding="utf-8")
    true: list[float] = []

    def watched(request: Any, inputs: Any, speed: Any) -> Any:
        end = run_simulated(request, inputs, speed)
        assert end.truth is not None
        discarded = end.truth["vessels"]["organic"]["composition_mol"]
        amounts = {n: discarded.get(cages.RUTHENIUM.cage(n), 0.0) for n in range(CORNERS + 1)}
        true.append(sum(n * amount for n, amount in amounts.items()) / sum(amounts.values()))
        return end

    monkeypatch.setattr(benches, "run_simulated", watched)
    found = call("run", file, "--sim", "--json", "--seed", "2", "--runs", folder / "runs")
    assert found.code == 0, found.err
    return Steered(found.json, true)


def on_target(found: Steered) -> None:
    """Assert that the campaign ended on target and each later feed is the closed form of the last.

    On target is the last spectrum's mean; the true one is as near but for the uncertainty of that.
    """
    print(f"\n{found}", end="")
    assert found.summary["state"] == "COMPLETE"
    assert f"within {NEAR:g} of {TARGET:g}" in found.summary["reason"]
    assert len(found.true) <= MOST
    assert abs(found.measured[-1] - TARGET) <= NEAR
    assert abs(found.true[-1] - TARGET) <= NEAR + 2.0 * float(found.summary["rows"][-1]["objectives"]["x"]["sd"])
    assert found.feeds[0] == pytest.approx(TARGET / CORNERS)
    for feed, x, again in zip(found.feeds, found.measured, found.feeds[1:], strict=False):
        odds = feed / (1.0 - feed) * TARGET / (CORNERS - TARGET) * (CORNERS - x) / x
        assert again == pytest.approx(odds / (1.0 + odds), rel=1e-6)


def test_ruthenium_that_is_taken_up_twice_as_readily(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After one hour the first batch is far off, the second is on target; reactor and cell are free for each."""
    found = steered(tmp_path, monkeypatch, 2.0, "30 min", "1 h")
    on_target(found)
    assert found.true[0] - TARGET > 5 * NEAR
    assert len(found.true) == 2
    assert [len(row["results"]["ms"]) > 0 for row in found.summary["rows"]] == [True, True]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("first", "hold"), [("1 h", "2 h"), ("6 h", "12 h"), ("6 h", "48 h")])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_any_ratio_and_conversion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ratio: float, first: str, hold: str
) -> None:
    """With 13 %, 58 % and 97 % of the metal in cages; in two batches at most."""
    on_target(steered(tmp_path, monkeypatch, ratio, first, hold))
