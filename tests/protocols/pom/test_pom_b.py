"""POM-B: the 31P titrations end at one equivalent, each with the name of its shape, and account for every tube."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.machine import RunState
from tests.protocols.pom.published import Published, run_published

NMR = "station_nmr.yaml"
FIXED_SCANS = 256
"""What a protocol without stopping measures every sample with, to be as sure of the worst of them."""


def concluded(run: Published) -> Mapping[str, Any]:
    (found,) = run.end.history.measurements["end"]
    return found


@pytest.fixture(scope="module")
def lutetium(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return run_published("pom_b_lu.yaml", tmp_path_factory.mktemp("lu"), station=NMR)


@pytest.fixture(scope="module")
def zinc(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return run_published("pom_b_zn.yaml", tmp_path_factory.mktemp("zn"), station=NMR)


def test_lutetium_has_two_plateaus_and_ends_at_one_equivalent(lutetium: Published) -> None:
    """ML2 comes first, at half an equivalent, then ML at one; both plateaus are named."""
    found = concluded(lutetium)
    assert lutetium.end.state is RunState.COMPLETE
    assert found["verdict"] == "two plateaus"
    assert [each["species"] for each in found["plateaus"]] == ["ML2", "LnML"]
    assert found["quantities"]["end_point"]["value"] == pytest.approx(1.0, abs=0.05)
    assert found["quantities"]["evidence"]["value"] > 3.0


def test_zinc_has_one_straight_segment(zinc: Published) -> None:
    """Free ligand falls on one line to one equivalent."""
    found = concluded(zinc)
    assert zinc.end.state is RunState.COMPLETE
    assert found["verdict"] == "one straight segment"
    assert found["quantities"]["end_point"]["value"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", ["lutetium", "zinc"])
def test_what_is_measured_is_what_is_in_the_tube(name: str, request: pytest.FixtureRequest) -> None:
    """Each fraction lies within four standard uncertainties of the twin's, or below its limit."""
    run: Published = request.getfixturevalue(name)
    metal = {"lutetium": "Lu", "zinc": "Zn"}[name]
    assert run.end.truth is not None
    for each in run.end.history.measurements["p31"]:
        composition = run.end.truth["vessels"][each["cell"]]["composition_mol"]
        species = {"L": ("P2W17", 1), "ML2": (f"{metal}(P2W17)2", 2)}
        total = composition["P2W17"] + composition.get(f"{metal}P2W17", 0.0)
        total += 2 * composition.get(f"{metal}(P2W17)2", 0.0)
        for quantity, (inside, count) in species.items():
            found, truth = each["quantities"][quantity], count * composition.get(inside, 0.0) / total
            limit = found.get("upper", found["value"] + 4 * found["sd"])
            assert found["value"] - 4 * found["sd"] <= truth <= max(limit, found["value"] + 4 * found["sd"]), each[
                "cell"
            ]


def test_every_sample_is_accounted_for(lutetium: Published) -> None:
    """Each round has a tube of its own, whose sample the ledger knows by volume, amount and origin."""
    rounds = lutetium.end.history.measurements["p31"]
    tubes = [each["cell"] for each in rounds]
    assert tubes == [f"tubes_{number}" for number in range(1, len(rounds) + 1)]
    for each in rounds:
        held = lutetium.summary["vessels"][each["cell"]]
        assert held["volume_ml"] == pytest.approx(0.6, abs=0.01)
        assert held["sample_of"].startswith(f"reactor, {each['action']}/sample of run s0000000")
    assert lutetium.end.truth is not None
    assert lutetium.end.truth["vessels"]["tubes_2"]["volume_ml"] == pytest.approx(0.6, abs=0.02)


def test_stopping_early_saves_scans(lutetium: Published, zinc: Published) -> None:
    """Samples that are sure early are measured for less than the fixed protocol's time; no uncertainty is worse."""
    for run in (lutetium, zinc):
        rounds = run.end.history.measurements["p31"]
        assert sum(each["scans"] for each in rounds) < FIXED_SCANS * len(rounds)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twenty_seeds(tmp_path: Path) -> None:
    """Never the wrong name, at most one undecided in twenty, the end within 0.05; how many scans were saved is told."""
    undecided, scans, fixed = 0, 0, 0
    for seed in range(20):
        for recipe, right in (("pom_b_lu.yaml", "two plateaus"), ("pom_b_zn.yaml", "one straight segment")):
            run = run_published(recipe, tmp_path, seed, station=NMR)
            found, rounds = concluded(run), run.end.history.measurements["p31"]
            assert found["verdict"] in {right, "undecided"}, (seed, recipe)
            undecided += found["verdict"] == "undecided"
            assert found["quantities"]["end_point"]["value"] == pytest.approx(1.0, abs=0.05), (seed, recipe)
            scans, fixed = scans + sum(each["scans"] for each in rounds), fixed + FIXED_SCANS * len(rounds)
    print(f"{scans} scans of {fixed}: {1 - scans / fixed:.0%} saved; {undecided} of 40 undecided")
    assert undecided <= 2
