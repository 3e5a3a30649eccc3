"""`autosynth ledger` and `settle`: what is where, who corrected it and why, and how an abandoned run is closed."""

import getpass
from pathlib import Path

import pytest

from autosynth.engine.inputs import utc_now
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture
from tests.autosynth.cli.calling import DOSE, call, place
from tests.autosynth.report.milled import place_milled

WHY = ("--reason", "bottle replaced")
CUT = ("--fault", "pump:power_cycle@t=25")
RUN = "s0000000"


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """The smallest station, without a ledger yet."""
    return place(tmp_path, DOSE).with_name("station.yaml")


def abandoned(station: Path, *options: str) -> Path:
    """Run a dose that ends held, let the station's ledger believe it was its own, and return where runs are."""
    runs = station.parent / "runs"
    call("run", station.with_name("recipe.yaml"), "--sim", "--runs", runs, "--json", *options)
    with Ledger(ledger_path(station), utc_now) as ledger:
        ledger.open_run(RUN, next(runs.iterdir()))
    return runs


def volume_ml(station: Path, vessel: str) -> float:
    """Return what the ledger shows."""
    return float(call("ledger", station, "--json").json["vessels"][vessel]["volume_ml"])


def test_a_station_without_a_ledger_shows_what_it_declares(station: Path) -> None:
    """Showing writes nothing."""
    shown = call("ledger", station)
    assert shown.code == 0
    assert "nothing is on record yet" in shown.out
    assert not ledger_path(station).exists()


def test_a_correction_is_on_record_with_who_when_and_why(station: Path) -> None:
    """The volume changes, its composition stays, and the entry names the person."""
    assert call("ledger", station, "set", "SiW9", "25 mL", *WHY).out == "SiW9: 50 mL -> 25 mL\n"
    shown = call("ledger", station, "--json").json
    assert shown["vessels"]["SiW9"]["volume_ml"] == pytest.approx(25.0)
    assert shown["vessels"]["SiW9"]["amounts_mol"]["SiW9"] == pytest.approx(2.5e-4)
    opening, entry = shown["entries"]
    assert opening["kind"] == "opening"
    assert (entry["kind"], entry["who"], entry["why"]) == ("correction", getpass.getuser(), "bottle replaced")
    assert entry["wall"].startswith("20")
    assert "correction" in call("ledger", station).out


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A milling bench without a ledger yet."""
    return place_milled(tmp_path / "mill").with_name("station.yaml")


def test_jars_and_powders_are_shown(mill: Path) -> None:
    """A jar with its lid and place, a powder with lot, date and mass; nothing wider than a terminal."""
    shown = call("ledger", mill).out
    assert "open, at bench" in shown
    assert "RU-2611  2027-06-01  2 g" in shown
    assert max(map(len, shown.splitlines()[:7])) <= 80
    held = call("ledger", mill, "--json").json
    assert held["powders"]["Cu(OAc)2.H2O"] == {"lot": "CU-2611", "expires": "2027-06-01", "mass_mg": 5000, "sd_mg": 0}
    assert held["vessels"]["jar"]["powders_mg"] == {}


def test_a_powder_is_corrected_and_refilled(mill: Path) -> None:
    """By its mass; a fresh lot is as the station file declares it."""
    name = "Ru2(H2btc)4Cl"
    assert call("ledger", mill, "set", name, "250 mg", *WHY).out == f"{name}: 2 g -> 250 mg\n"
    assert call("ledger", mill, "--json").json["powders"][name]["mass_mg"] == pytest.approx(250.0)
    assert call("ledger", mill, "refill", name, *WHY).out == f"{name}: 250 mg -> 2 g\n"
    entry = call("ledger", mill, "--json").json["entries"][-1]
    assert entry["detail"] == {"vessel": name, "before_mg": pytest.approx(250.0), "after_mg": pytest.approx(2000.0)}


def test_a_jar_keeps_its_mixture_or_is_emptied(mill: Path) -> None:
    """So much of what is in it, amounts and liquid included; an emptied one is dry, open and on the bench."""
    station = load_station(mill)
    inventory = Inventory.full(station)
    inventory.solids.charge("jar", "Ru2(H2btc)4Cl", 100.0, 0.1)
    inventory.put("jar", Mixture({"MeOH": 0.06}, {"Ru2(H2btc)4Cl": 1e-4}))
    inventory.solids.jars["jar"].at, inventory.solids.jars["jar"].closed = "mill", True
    with Ledger(ledger_path(mill), utc_now) as ledger:
        ledger.opening_balance(inventory, "a test")
    assert call("ledger", mill, "set", "jar", "50 mg", *WHY).out == "jar: 100 mg -> 50 mg\n"
    jar = call("ledger", mill, "--json").json["vessels"]["jar"]
    assert (jar["solid_mg"], jar["volume_ml"]) == (pytest.approx(50.0), pytest.approx(0.03))
    assert jar["amounts_mol"]["Ru2(H2btc)4Cl"] == pytest.approx(5e-5)
    call("ledger", mill, "set", "jar", "0 mg", *WHY)
    jar = call("ledger", mill, "--json").json["vessels"]["jar"]
    assert (jar["solid_mg"], jar["volume_ml"], jar["lid"], jar["at"]) == (0, 0, "open", "bench")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("set", "jar", "5 mg"), "jar was empty"),
        (("set", "Cu(OAc)2.H2O", "-1 g"), "below nothing"),
        (("set", "Cu(OAc)2.H2O", "3 mL"), "MASS '3 mL'"),
        (("refill", "jar"), "declares no filling"),
        (("set", "Cu(OAc)2.H2O", "1 g", "--of", "MeOH"), "leave --of out"),
    ],
)
def test_a_mass_that_cannot_be_is_refused(mill: Path, words: tuple[str, ...], told: str) -> None:
    """With a reason that names what is wrong; nothing is written down."""
    found = (
        call("ledger", mill, *WHY, *words[:2], "--", *words[2:])
        if "-1 g" in words
        else call("ledger", mill, *words, *WHY)
    )
    assert found.code == 2
    assert told in " ".join(found.err.split())


def test_a_refill_is_as_declared(station: Path) -> None:
    """A bottle that was used up is full again."""
    call("ledger", station, "set", "SiW9", "1 mL", *WHY)
    assert call("ledger", station, "refill", "SiW9", *WHY).code == 0
    assert volume_ml(station, "SiW9") == pytest.approx(50.0)
    assert call("ledger", station, "refill", "SiW9", "30 mL", *WHY).code == 0
    assert volume_ml(station, "SiW9") == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "SiW8", "1 mL", *WHY), "did you mean SiW9?"),
        (("set", "SiW9", "1 m", *WHY), "VOLUME '1 m'"),
        (("set", "SiW9", "1 L", *WHY), "station.yaml:"),
        (("set", "SiW9", "1 mL"), "a correction needs a reason"),
        (("set", "reactor", "1 mL", *WHY), "--of STOCK"),
        (("refill", "reactor", *WHY), "declares no filling for reactor"),
        (("refill", "SiW9", "1 mL", "--of", "acetone", *WHY), "leave --of out"),
        (("reset", "SiW9", *WHY), "write set or refill"),
        (("set",), "VOLUME ''"),
    ],
)
def test_a_wrong_correction_is_exit_2_and_changes_nothing(station: Path, arguments: tuple[str, ...], said: str) -> None:
    """The message says what is wrong, where, and what would be right."""
    found = call("ledger", station, *arguments)
    assert found.code == 2
    assert said in found.err
    shown = call("ledger", station, "--json").json
    assert [entry for entry in shown["entries"] if entry["kind"] == "correction"] == []


def test_an_open_run_is_shown_and_blocks_corrections(station: Path) -> None:
    """Only its journal knows what it has moved."""
    runs = abandoned(station)
    folder = next(runs.iterdir())
    out = " ".join(call("ledger", station).out.split())
    assert f"open: run {RUN}" in out
    found = call("ledger", station, "set", "SiW9", "25 mL", *WHY)
    assert found.code == 2
    assert folder.name in found.err


@pytest.mark.parametrize("choice", ["done", "none", "estimate"])
def test_settling_books_what_the_record_does_not_end(station: Path, choice: str) -> None:
    """A stroke of unknown outcome needs a choice, which is booked; then the station is free again."""
    runs = abandoned(station, *CUT)
    (unknown,) = call("show", "last", "--runs", runs, "--json").json["unsettled"]
    refused = call("settle", "last", "--runs", runs, *WHY)
    assert refused.code == 2
    assert f"--settle {unknown['intent']}=estimate|done|none" in refused.err
    settled = call("settle", RUN, "--runs", runs, *WHY, "--settle", f"{unknown['intent']}={choice}")
    assert settled.code == 0, settled.err
    delivered_ml = {"done": unknown["high_ml"], "none": 0.0, "estimate": unknown["high_ml"] / 2}[choice]
    line_ml = 0.05  # the line to the reactor fills first
    assert volume_ml(station, "reactor") == pytest.approx(max(delivered_ml - line_ml, 0.0), abs=2e-3)
    shown = call("ledger", station, "--json").json
    assert shown["open_runs"] == {}
    entry = shown["entries"][-1]
    assert (entry["kind"], entry["who"], entry["why"]) == ("settled", getpass.getuser(), "bottle replaced")
    assert entry["detail"]["choices"] == {str(unknown["intent"]): choice}
    assert call("settle", "last", "--runs", runs, *WHY).code == 2


@pytest.mark.parametrize("share", [0.16, 0.5, 0.95])
def test_a_run_whose_record_is_damaged_is_settled_from_the_ledger(station: Path, share: float) -> None:
    """From wherever on it is lost, the refusal says how; what was where before the run stands again."""
    call("ledger", station, "set", "SiW9", "40 mL", *WHY)
    runs = abandoned(station)
    journal = next(runs.iterdir()) / "journal.sqlite"
    size = journal.stat().st_size
    with journal.open("r+b") as file:
        file.seek(int(size * share))
        file.write(b"\xff" * (size - int(size * share)))
    refused = call("settle", "last", "--runs", runs, *WHY)
    assert refused.code == 2
    assert "--from-ledger" in refused.err
    settled = call("settle", RUN, "--station", station, "--runs", runs, "--from-ledger", *WHY)
    assert settled.code == 0, settled.err
    assert volume_ml(station, "SiW9") == pytest.approx(40.0)


def test_settling_needs_a_reason(station: Path) -> None:
    """Nobody closes a run without saying why."""
    runs = abandoned(station)
    found = call("settle", "last", "--runs", runs)
    assert found.code == 2
    assert "needs a reason" in found.err
