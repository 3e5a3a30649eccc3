"""Many NMR tubes of the exchange system, each mixed in place: over a table, and toward a cluster by spectra alone."""

from pathlib import Path

import pytest

from autosynth.campaign.order import Order, declared_order, read_order
from autosynth.campaign.standing import RowRecord, State
from autosynth.campaign.summary import dispensed
from autosynth.errors import InputError
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from tests.autosynth.campaign.site import Laboratory
from tests.protocols.exchange.rendering import FOLDER, NAMES

STATION, TABLE, CAMPAIGN = FOLDER / "station.yaml", FOLDER / "ratios.csv", FOLDER / "campaign.yaml"
COPPER, SILVER = "Cu7H(Se2P(OiPr)2)6", "Ag7H(Se2P(OiPr)2)6"
FILLED_ML = 0.6


def weaker() -> Inventory:
    """Return a bench whose silver stock has three quarters of what its label says, in its line too."""
    text = STATION.read_text(encoding="utf-8")
    label = f"contains: {{{SILVER}: 10.00"
    assert label in text
    return Inventory.full(parse_station(text.replace(label, label.replace("10.00", "7.50")), "station.yaml"))


def place_of(row: RowRecord) -> str:
    """Return the one tube that a row's run has filled."""
    assert row.last is not None
    (vial,) = row.last.told["vials"]
    return str(vial["place"])


def really(lab: Laboratory, place: str) -> dict[str, float]:
    """Return the mole fractions that are in a tube."""
    held = lab.site.bench.truth()["vessels"][place]["composition_mol"]
    return {name: held.get(f"{name}(Se)", 0.0) / sum(held.values()) for name in NAMES}


def found_in(row: RowRecord, quantity: str) -> tuple[float, float]:
    """Return what the joint fit has found, and its standard uncertainty."""
    assert row.last is not None
    told = row.last.told["results"]["final"][quantity]
    return float(told["value"]), float(told["sd"])


def check_doses(lab: Laboratory, ratios: list[float]) -> None:
    """The sums of both stocks are those of the ratios within the pump's uncertainty, and each row's are its own."""
    found = dispensed(lab.standing)
    wanted = {COPPER: [FILLED_ML * r / (1 + r) for r in ratios], SILVER: [FILLED_ML / (1 + r) for r in ratios]}
    for reagent, doses_ml in wanted.items():
        total = found[reagent]
        assert total["doses"] == len(ratios)
        assert total["planned_ml"] == pytest.approx(sum(doses_ml), abs=1e-6)
        assert total["volume_ml"] == pytest.approx(sum(doses_ml), abs=3 * total["sd_ml"])
        for row, dose_ml in zip(lab.standing.complete, doses_ml, strict=True):
            assert row.last is not None
            assert row.last.told["dispensed"][reagent]["volume_ml"] == pytest.approx(dose_ml, rel=0.02)


def small(folder: Path, places: int) -> Path:
    """Return the shipped station with fewer places."""
    text = STATION.read_text(encoding="utf-8")
    assert "places: 24" in text
    path = folder / "station.yaml"
    path.write_text(text.replace("places: 24", f"places: {places}"), encoding="utf-8")
    return path


def test_a_table_of_ratios_fills_a_tube_each(tmp_path: Path) -> None:
    """One place, two ratios: the vial is changed in between, and the fit tells what is in the second."""
    table = tmp_path / "ratios.csv"
    table.write_text("id,ratio\na,6\nb,0.25\n", encoding="utf-8")
    lab = Laboratory.of(Order(FOLDER / "single_tube.yaml", small(tmp_path, 1), table=table), tmp_path / "runs")
    assert lab.go() is State.COMPLETE
    rows = lab.standing.complete
    assert [place_of(row) for row in rows] == ["tubes_1", "tubes_1"]
    assert [each["places"] for each in lab.standing.changes] == [["tubes_1"]]
    check_doses(lab, [6.0, 0.25])
    for name, share in really(lab, "tubes_1").items():
        assert found_in(rows[1], name)[0] == pytest.approx(share, abs=0.01), name


def test_a_feed_reaches_its_cluster_from_spectra_alone(tmp_path: Path) -> None:
    """With a silver stock of three quarters of its label the second tube is right, as the spectra and the twin say."""
    lab = Laboratory.of(declared_order(CAMPAIGN, None, {}, 1), tmp_path / "runs", weaker())
    assert lab.go() is State.COMPLETE
    first, second = lab.standing.complete
    assert [float(row.settings["ratio"]) for row in (first, second)] == pytest.approx([2.5, 2.5 * 0.75], rel=0.03)
    assert found_in(first, "mean_Ag")[0] == pytest.approx(7 * 0.75 / 3.25, abs=0.05)
    assert found_in(second, "mean_Ag")[0] == pytest.approx(2.0, abs=0.1)
    truth = really(lab, place_of(second))["Cu5Ag2"]
    assert truth > 0.45 > really(lab, place_of(first))["Cu5Ag2"]
    assert found_in(second, "Cu5Ag2")[0] == pytest.approx(truth, abs=0.01)
    assert "within 0.1 of 2" in lab.standing.reason


def test_a_purity_above_the_ceiling_is_refused(tmp_path: Path) -> None:
    """Before anything moves, at its place in the campaign's file, with the ceiling."""
    path = tmp_path / "campaign.yaml"
    text = CAMPAIGN.read_text(encoding="utf-8").replace("purity: 45 %", "purity: 50 %")
    path.write_text(
        text.replace("recipe: single_tube.yaml", f"recipe: {FOLDER / 'single_tube.yaml'}"), encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"0\.5 cannot be had by mixing: 0\.47\d is the ceiling") as caught:
        read_order(declared_order(path, STATION, {}, 0))
    assert caught.value.problems[0].mark is not None
    assert caught.value.problems[0].mark.line == text[: text.index("optimiser:")].count("\n") + 1


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_published_ratios_on_four_places_with_deaths(tmp_path: Path) -> None:
    """Hosts die inside and between tubes; all seven are made once, and each of 56 parts is within a point."""
    order = Order(FOLDER / "single_tube.yaml", small(tmp_path, 4), table=TABLE, seed=3)
    lab = Laboratory.of(order, tmp_path / "runs")
    state, deaths = lab.through_deaths(3)
    assert state is State.COMPLETE
    rows = lab.standing.complete
    assert [place_of(row) for row in rows] == [f"tubes_{number % 4 + 1}" for number in range(7)]
    check_doses(lab, [6.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.166667])
    worst = max(
        abs(found_in(row, name)[0] - share) for row in rows[4:] for name, share in really(lab, place_of(row)).items()
    )
    print(f"{deaths} deaths; the worst of 24 parts is {100 * worst:.2f} points off")
    assert worst < 0.01
