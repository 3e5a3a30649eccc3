"""The published controls: each ends with the outcome that was published, and what was measured says why."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from tests.protocols.mof.published import Milled, run_published

CU, RU, PRODUCT = "Cu3(btc)2", "Ru6(btc)4Cl3", "Ru2Cu4(btc)4Cl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a control is known for: the pattern's verdict, the recipe's last remark, the frameworks in truth."""

    verdict: str
    note: str
    frameworks: frozenset[str] = frozenset()


OUTCOMES = {
    "c1.yaml": Outcome("neither", "no framework, as published"),
    "c2.yaml": Outcome("neither", "no framework, as published"),
    "c3.yaml": Outcome("physical_mixture", "two cubic phases, as published: a physical mixture", frozenset({CU, RU})),
    "c4.yaml": Outcome("neither", "no framework, as published"),
    "c5.yaml": Outcome("neither", "no framework, as published"),
    "c_plus.yaml": Outcome("neither", "[Cu3(btc)2], as published", frozenset({CU})),
}


def check_control(name: str, run: Milled) -> None:
    """Assert that a control ended as published, undisturbed, and that decisions on what was measured say why."""
    expected = OUTCOMES[name]
    assert run.end.state is RunState.COMPLETE
    assert run.tripped() == []
    assert run.measured("xrd")["verdict"] == expected.verdict
    assert run.notes()[-1] == expected.note
    assert run.summary["decisions"][-1]["verdict"] == "true"
    assert "xrd." in run.summary["decisions"][-1]["condition"]
    assert frozenset(run.jar["phases"]) == expected.frameworks
    assert PRODUCT not in run.jar["solids_mg"]
    assert not run.truth["devices"].get("mill", {"running": False})["running"]


@pytest.mark.parametrize("name", sorted(OUTCOMES.keys() - {"c5.yaml"}))
def test_a_control_ends_with_its_published_outcome(name: str, tmp_path: Path) -> None:
    check_control(name, run_published(name, tmp_path))


@pytest.mark.parametrize("name", ["c2.yaml", "c4.yaml"])
def test_acid_that_nothing_takes_stays(name: str, tmp_path: Path) -> None:
    """Without a copper paddlewheel free acid stays what it was, and after two blocks that is plain."""
    run = run_published(name, tmp_path, 1)
    value, sd = run.value("ir", "residual_frac")
    assert value == pytest.approx(1.0, abs=4.0 * sd)
    (loop,) = run.summary["outcomes"].values()
    assert (loop["outcome"], loop["rounds"]) == ("condition", 3)
    assert "the free acid is still there, as published: nothing has reacted" in run.notes()


def test_the_positive_control_has_the_copper_framework_s_lattice(tmp_path: Path) -> None:
    """26.36724 Angstrom within three standard uncertainties."""
    value, sd = run_published("c_plus.yaml", tmp_path, 1).value("xrd", "Cu3btc2.a")
    assert abs(value - 26.36724) <= 3.0 * sd


def test_a_laboratory_cannot_tell_the_mixture(tmp_path: Path) -> None:
    """Two cubic phases under Cu K alpha are left open, and the recipe says what would help."""
    run = run_published("c3.yaml", tmp_path, 0, "station_lab.yaml")
    assert run.measured("xrd")["verdict"] == "unresolved"
    assert "measure at a synchrotron" in run.notes()[-1]


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_controls_at_twenty_seeds(tmp_path: Path) -> None:
    """No seed makes a control end otherwise."""
    for seed in range(20):
        for name in OUTCOMES:
            check_control(name, run_published(name, tmp_path, seed))
