"""A campaign made, killed and gone on with: no row is lost, none that has ended is made again."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from autosynth.campaign.policy import Policy
from autosynth.campaign.progress import Progress
from autosynth.campaign.standing import LOST, State
from autosynth.campaign.summary import dispensed
from autosynth.errors import LockedError
from autosynth.journal.disk import VirtualDisk
from tests.autosynth.campaign.site import TESTS, Death, DiedError, Laboratory

ROWS = {"a": (1.4, 60), "b": (1.2, 100), "c": (1.6, 80), "d": (1.5, 120), "e": (1.3, 40), "f": (1.8, 50)}
"""Row -> mL of ligand, µL of zinc; six on a rack of three."""


def laboratory(folder: Path, rows: int = 6, policy: Policy | None = None) -> Laboratory:
    """Return a campaign that has begun and made nothing yet."""
    table = folder / "table.csv"
    lines = [f"{name},{ligand},{zinc}" for name, (ligand, zinc) in list(ROWS.items())[:rows]]
    table.write_text("\n".join(["id,ligand / mL,zinc / uL", *lines, ""]), encoding="utf-8")
    return Laboratory.prepare(folder / "runs", table, policy)


def check_totals(lab: Laboratory, rows: int) -> None:
    """What was dispensed is the table's sums within the pump's uncertainty."""
    check_sums(lab, list(ROWS.values())[:rows])


def check_sums(lab: Laboratory, rows: Sequence[tuple[float, float]]) -> None:
    """Compare with mL of ligand and µL of zinc."""
    wanted = {"P2W17": sum(row[0] for row in rows), "Zn(OAc)2": sum(1e-3 * row[1] for row in rows)}
    found = dispensed(lab.standing)
    for reagent, ml in wanted.items():
        assert found[reagent]["planned_ml"] == pytest.approx(ml, abs=1e-9)
        assert 0 < found[reagent]["sd_ml"] < 0.01 * ml
        assert found[reagent]["volume_ml"] == pytest.approx(ml, abs=2 * found[reagent]["sd_ml"])


def check_truth(lab: Laboratory) -> None:
    """The ledger agrees with the twin about every vessel; an emptied reactor is empty."""
    truth = lab.site.bench.truth()["vessels"]
    for vessel in ("reactor", "tubes_1", "tubes_2", "tubes_3", "P2W17", "Zn(OAc)2", "aqueous"):
        ledger = lab.site.inventory.content(vessel)
        known_ml = 1e-9 if vessel == "reactor" else 2e-3
        far_ml = 4 * ledger.liquid_sd_ml + known_ml
        assert truth[vessel]["volume_ml"] == pytest.approx(ledger.liquid_ml, abs=far_ml), vessel


def test_six_vials_on_three_places(tmp_path: Path) -> None:
    """All rows are made in order, the rack is changed once, each row knows its vial, lots and run."""
    lab = laboratory(tmp_path)
    assert lab.go() is State.COMPLETE
    standing = lab.standing
    assert lab.site.performed == list(ROWS)
    assert [(each["places"], each["who"]) for each in standing.changes] == [
        (["tubes_1", "tubes_2", "tubes_3"], "somebody")
    ]
    vials = [row.last.told["vials"][0]["place"] for row in standing.complete if row.last]
    assert vials == ["tubes_1", "tubes_2", "tubes_3"] * 2
    assert all(row.last is not None and row.last.told["lots"]["P2W17"] == "P2W17-2610" for row in standing.complete)
    check_totals(lab, 6)
    check_truth(lab)


BETWEEN = ("campaign.state", "row.started", "row.ended")


@pytest.mark.parametrize("kind", BETWEEN)
def test_a_death_between_vials(tmp_path: Path, kind: str) -> None:
    """Dead right after each thing on record: whoever opens it next goes on, and makes no row twice."""
    lab = laboratory(tmp_path, 2)
    with pytest.raises(DiedError):
        lab.go(dies_at=kind)
    assert lab.go() is State.COMPLETE
    assert Counter(lab.site.performed) == {"a": 1, "b": 1}
    check_totals(lab, 2)


def test_deaths_inside_vials_and_at_a_change(tmp_path: Path) -> None:
    """Hosts die while dosing, while measuring and while vials are changed; no stroke and no row is repeated."""
    lab = laboratory(tmp_path, 4)
    for death in (Death(1, "intent", 9), Death(1, "measured"), Death(2, "intent", 30)):
        with pytest.raises(DiedError):
            lab.go(death)
    with pytest.raises(DiedError):
        lab.go(dies_at="vials.changed")
    assert lab.go() is State.COMPLETE
    assert lab.site.performed == ["a", "b", "c", "d"]
    assert lab.standing.recovered == 3
    assert len(lab.journals()) == 4
    for events in lab.journals():
        done = Counter(event.action for event in events if event.kind == "action.done")
        assert set(done.values()) == {1}
    check_totals(lab, 4)
    check_truth(lab)


def test_a_pause_between_vials_and_what_follows(tmp_path: Path) -> None:
    """A number of rows, or a request on disk, pauses before the next row; going on makes the rest."""
    lab = laboratory(tmp_path, 3)
    assert lab.go(at_most=1) is State.PAUSED
    lab.folder.pause.touch()
    assert lab.go() is State.PAUSED
    assert not lab.folder.pause.exists()
    assert lab.site.performed == ["a"]
    assert lab.go() is State.COMPLETE
    assert lab.site.performed == ["a", "b", "c"]


def test_nobody_to_change_vials_holds(tmp_path: Path) -> None:
    """The record says what is asked of whom; once somebody is there it goes on."""
    lab = laboratory(tmp_path, 4)
    lab.site.unattended = True
    assert lab.go() is State.HELD
    assert "take the 3 used vials of tubes" in lab.standing.reason
    assert lab.site.performed == ["a", "b", "c"]
    lab.site.unattended = False
    assert lab.go() is State.COMPLETE
    check_totals(lab, 4)


def test_a_record_has_one_writer(tmp_path: Path) -> None:
    """Two processes cannot make the rows of one campaign."""
    lab = laboratory(tmp_path, 2)
    progress = Progress.open(lab.folder.record, VirtualDisk())
    with pytest.raises(LockedError):
        lab.go()
    progress.close()


def test_a_row_is_made_again_when_a_person_asks(tmp_path: Path) -> None:
    """The first attempt stays on record, with what it took; the new one counts."""
    lab = laboratory(tmp_path, 2)
    lab.go()
    progress = Progress.open(lab.folder.record, VirtualDisk())
    progress.record("rows.again", {"rows": ["a"]})
    progress.close()
    assert lab.go() is State.COMPLETE
    row = lab.standing.rows["a"]
    assert [(each.state, each.counts) for each in row.attempts] == [("COMPLETE", False), ("COMPLETE", True)]
    assert row.attempts[0].run != row.attempts[1].run
    assert LOST not in {each.state for each in row.attempts}
    assert dispensed(lab.standing)["P2W17"]["planned_ml"] == pytest.approx(1.4 + 1.2 + 1.4)


SIXTY = [(round(1.2 + 0.01 * number, 2), 40 + 3 * number) for number in range(60)]


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_vials_on_twenty_four_places_and_many_deaths(tmp_path: Path, seed: int) -> None:
    """Hosts die inside and between vials, some ten times: every row is made once, sums are the table's."""
    table = tmp_path / "table.csv"
    lines = [f"v{number},{ligand},{zinc}" for number, (ligand, zinc) in enumerate(SIXTY, start=1)]
    table.write_text("\n".join(["id,ligand / mL,zinc / uL", *lines, ""]), encoding="utf-8")
    station = TESTS.parent / "protocols" / "pom" / "station_nmr.yaml"
    lab = Laboratory.prepare(tmp_path / "runs", table, seed=seed, station=station)
    state, deaths = lab.through_deaths(seed)
    assert state is State.COMPLETE
    assert deaths >= 8
    assert lab.site.performed == [f"v{number}" for number in range(1, 61)]
    assert [len(each["places"]) for each in lab.standing.changes] == [24, 24]
    assert len(lab.standing.complete) == 60
    for events in lab.journals():
        done = Counter(event.action for event in events if event.kind == "action.done")
        assert set(done.values()) == {1}
    check_sums(lab, SIXTY)
    check_truth(lab)
