"""Tubes that are mixed in place: each run has the next that is free, whatever dies, and none is filled twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.campaign.standing import State
from autosynth.campaign.summary import dispensed
from autosynth.errors import StateError
from tests.autosynth.campaign.site import TESTS, Death, DiedError, HostOf, Laboratory

RECIPE = TESTS / "recipes" / "mixed_tube.yaml"
ROWS = {"a": (0.5, 20), "b": (0.45, 30), "c": (0.55, 40), "d": (0.4, 25), "e": (0.35, 60)}
"""Row -> mL of ligand, µL of zinc; five on a rack of three."""


DEATHS = {"intent": 30, "outcome": 30, "action.started": 3, "action.done": 3, "measured": 1, "state": 2}
"""Kind of event -> of how many in every run."""


def laboratory(folder: Path, rows: int) -> Laboratory:
    """Return a campaign that has begun and made nothing yet."""
    table = folder / "table.csv"
    lines = [f"{name},{ligand},{zinc}" for name, (ligand, zinc) in list(ROWS.items())[:rows]]
    table.write_text("\n".join(["id,ligand / mL,zinc / uL", *lines, ""]), encoding="utf-8")
    return Laboratory.prepare(folder / "runs", table, recipe=RECIPE)


def places(lab: Laboratory) -> list[str]:
    """Return the one place that each row has filled, in the order of the rows."""
    found: list[str] = []
    for row in lab.standing.complete:
        assert row.last is not None
        (vial,) = row.last.told["vials"]
        assert vial["sample_of"] == f"P2W17 + Zn(OAc)2, 2 of run {row.last.run}"
        found.append(str(vial["place"]))
    return found


def check_contents(lab: Laboratory, rows: dict[str, str]) -> None:
    """Each of these rows' tubes really holds what its row says, and no other row's."""
    truth = lab.site.bench.truth()["vessels"]
    for row, place in rows.items():
        ligand_ml, zinc_ul = ROWS[row]
        assert truth[place]["volume_ml"] == pytest.approx(ligand_ml + 1e-3 * zinc_ul, abs=0.02), row
        assert lab.site.inventory.amount(place, "Zn(OAc)2")[0] == pytest.approx(5e-8 * zinc_ul, rel=0.05), row


def check_totals(lab: Laboratory, made: Sequence[tuple[float, float]]) -> None:
    """What was dispensed is the table's sums within the pump's uncertainty."""
    found = dispensed(lab.standing)
    for reagent, ml in (("P2W17", sum(row[0] for row in made)), ("Zn(OAc)2", 1e-3 * sum(row[1] for row in made))):
        assert found[reagent]["planned_ml"] == pytest.approx(ml, abs=1e-9)
        assert found[reagent]["volume_ml"] == pytest.approx(ml, abs=2 * found[reagent]["sd_ml"])


def test_five_tubes_on_three_places(tmp_path: Path) -> None:
    """Each run takes the next place, the rack is changed once, the totals are the table's."""
    lab = laboratory(tmp_path, 5)
    assert lab.go() is State.COMPLETE
    assert [each["places"] for each in lab.standing.changes] == [["tubes_1", "tubes_2", "tubes_3"]]
    assert places(lab) == ["tubes_1", "tubes_2", "tubes_3", "tubes_1", "tubes_2"]
    check_contents(lab, {"d": "tubes_1", "e": "tubes_2"})
    check_totals(lab, list(ROWS.values()))


def test_a_recovered_run_goes_on_with_its_own_tube(tmp_path: Path) -> None:
    """Dead before, between and after the doses and at a change: a tube that has something in it is still the run's."""
    lab = laboratory(tmp_path, 4)
    for death in (Death(1, "state"), Death(1, "outcome", 4), Death(1, "action.done"), Death(1, "measured")):
        with pytest.raises(DiedError):
            lab.go(death)
    with pytest.raises(DiedError):
        lab.go(dies_at="vials.changed")
    assert lab.go() is State.COMPLETE
    assert lab.standing.recovered >= 3
    assert places(lab) == ["tubes_1", "tubes_2", "tubes_3", "tubes_1"]
    for events in lab.journals():
        done = Counter(event.action for event in events if event.kind == "action.done")
        assert set(done.values()) == {1}
        assert len({event.payload["vessel"] for event in events if event.payload.get("verb") == "add"}) == 1
    check_contents(lab, {"d": "tubes_1"})
    check_totals(lab, list(ROWS.values())[:4])


def test_a_run_is_not_recovered_with_another_tube(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a plan made again come to another place, nothing is touched; with the right one it goes on."""
    lab = laboratory(tmp_path, 1)
    with pytest.raises(DiedError):
        lab.go(Death(1, "outcome", 4))
    kept = HostOf.plan_kept
    monkeypatch.setattr(HostOf, "plan_kept", lambda *given: replace(kept(*given), roles={"tube": "tubes_2"}))
    with pytest.raises(StateError, match="tube was tubes_1, now tubes_2"):
        lab.go()
    monkeypatch.undo()
    assert lab.go() is State.COMPLETE
    assert places(lab) == ["tubes_1"]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_mixed_tubes_on_twenty_four_places_and_many_deaths(tmp_path: Path, seed: int) -> None:
    """Hosts die inside and between rows: every run has a tube of its own, in order, and the sums are the table's."""
    made = [(round(0.3 + 0.005 * number, 3), 20 + number // 2) for number in range(60)]
    table = tmp_path / "table.csv"
    lines = [f"v{number},{ligand},{zinc}" for number, (ligand, zinc) in enumerate(made, start=1)]
    table.write_text("\n".join(["id,ligand / mL,zinc / uL", *lines, ""]), encoding="utf-8")
    station = TESTS.parent / "protocols" / "pom" / "station_nmr.yaml"
    lab = Laboratory.prepare(tmp_path / "runs", table, seed=seed, station=station, recipe=RECIPE)
    state, deaths = lab.through_deaths(seed, DEATHS)
    print(f"{deaths} deaths")
    assert state is State.COMPLETE
    assert deaths >= 8
    assert places(lab) == [f"tubes_{number % 24 + 1}" for number in range(60)]
    check_totals(lab, made)
