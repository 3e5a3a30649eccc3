"""A run as tables: everything that a notebook asks of a run is in its folder, with units and uncertainties."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import autosynth
from autosynth.errors import InputError
from autosynth.notebook import Run
from tests.autosynth.cli.calling import call
from tests.autosynth.report.milled import run_milled

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, object]]:
    """The README's recipe on the simulated bench: as tables, and as what the command line said of it."""
    runs = tmp_path_factory.mktemp("runs")
    said = call("run", ROOT / "docs/examples/decide.yaml", "--sim", "--json", "--runs", runs)
    assert said.code == 0
    return autosynth.load("last", runs), said.json


def test_a_run_says_what_it_is(ran: tuple[Run, dict[str, object]]) -> None:
    """Id, title, state, duration, report and folder."""
    run, said = ran
    assert (run.id, run.title, run.state) == (said["run"], said["title"], "COMPLETE")
    assert run.duration_s == pytest.approx(said["simulated_s"], abs=1.0)  # the last event, and the end
    assert str(run.report) == said["report"]
    assert "Manganese until it is taken up, COMPLETE" in repr(run)


def test_events_are_the_journal_in_order(ran: tuple[Run, dict[str, object]]) -> None:
    """Numbers without a gap, times that never run backwards, payloads as mappings."""
    events = ran[0].events
    assert list(events["seq"]) == list(range(1, len(events) + 1))
    assert events["t_s"].is_monotonic_increasing
    assert events.loc[0, "kind"] == "run.opened"
    assert isinstance(events.loc[0, "payload"], dict)


def test_measurements_have_values_and_uncertainties(ran: tuple[Run, dict[str, object]]) -> None:
    """The last round's values are those of the summary; every round is there."""
    run, said = ran
    fraction = run.measurements.query("quantity == 'S1_confirmed_frac'")
    assert list(fraction["round"]) == list(range(1, len(fraction) + 1))
    assert fraction["value"].is_monotonic_increasing
    results = said["results"]
    assert isinstance(results, dict)
    assert fraction["value"].iloc[-1] == results["s1"]["S1_confirmed_frac"]["value"]
    assert fraction["sd"].iloc[-1] == results["s1"]["S1_confirmed_frac"]["sd"]


def test_decisions_and_deliveries_are_those_of_the_summary(ran: tuple[Run, dict[str, object]]) -> None:
    """Verdicts in order; volumes, amounts and what was planned by reagent."""
    run, said = ran
    decisions, delivered = said["decisions"], said["delivered"]
    assert isinstance(decisions, list)
    assert isinstance(delivered, dict)
    assert list(run.decisions["verdict"]) == [each["verdict"] for each in decisions]
    assert run.decisions["verdict"].iloc[-1] == "true"
    table = run.deliveries.set_index("reagent")
    assert set(table.index) == set(delivered)
    assert table.loc["SiW9", "volume_ml"] == delivered["SiW9"]["volume_ml"]
    assert table.loc["SiW9", "amount_sd"] == delivered["SiW9"]["sd"]


def test_vessels_hold_what_the_ledger_says(ran: tuple[Run, dict[str, object]]) -> None:
    """A row a species, with its concentration."""
    reactor = ran[0].vessels.query("vessel == 'reactor'").set_index("species")
    row = reactor.loc["SiW9"]
    assert row["concentration_mol_l"] == pytest.approx(row["amount_mol"] / row["volume_ml"] * 1e3)


def test_strokes_and_telemetry_are_complete(ran: tuple[Run, dict[str, object]]) -> None:
    """Each intent has its outcome, and the reactor's temperature was read once a second."""
    run = ran[0]
    intents = (run.events["kind"] == "intent").sum()
    assert len(run.strokes) == intents
    assert set(run.strokes["verdict"]) == {"done"}
    channel = run.telemetry.groupby("channel").size()
    assert channel.max() == pytest.approx(run.duration_s, rel=0.05)


def test_fitted_curves_can_be_plotted(ran: tuple[Run, dict[str, object]]) -> None:
    """Each kept fit is a table of potential, measured and fitted current; the fit follows the measurement."""
    run = ran[0]
    assert len(run.spectra) == len(run.fits)
    curve = run.spectra[run.fits["file"].iloc[-1]]
    assert list(curve.columns[:3]) == ["E / V", "I / A", "fit / A"]
    residual = curve["I / A"] - curve["fit / A"]
    assert residual.std() < 0.05 * curve["I / A"].std()


def test_a_notebook_shows_tables(ran: tuple[Run, dict[str, object]]) -> None:
    """The cell has the title, deliveries and last values."""
    html = ran[0]._repr_html_()
    assert "<table" in html
    assert "S1_confirmed_frac" in html
    assert isinstance(ran[0].events, pd.DataFrame)


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As on the command line."""
    with pytest.raises(InputError, match="no run called"):
        autosynth.load("last", tmp_path)


def test_importing_autosynth_is_light() -> None:
    """Neither pandas nor numpy nor anything of the platform is loaded before a run is asked for."""
    script = "import sys, json, autosynth; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not {"pandas", "numpy", "pydantic", "autosynth.notebook", "autosynth.errors"} & loaded


def test_without_pandas_the_way_to_it_is_said() -> None:
    """The error names what to install."""
    script = "import sys; sys.modules['pandas'] = None\nimport autosynth\nautosynth.load('x')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'autosynth[notebook]'" in done.stderr


@pytest.fixture(scope="module")
def milled(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run on the milling bench, as tables."""
    return autosynth.load(str(run_milled(tmp_path_factory.mktemp("milled")).path))


def test_powders_and_liquids_are_tables(milled: Run) -> None:
    """Planned against weighed with uncertainty and lot; liquid with what was reached of the solid's mass."""
    powders = milled.powders
    assert list(powders["reagent"]) == ["Ru2", "Cu"]
    assert list(powders["lot"]) == ["RU-2611", "CU-2611"]
    assert (abs(powders["mass_mg"] / powders["planned_mg"] - 1) < 0.011).all()
    assert (powders["mass_sd_mg"] > 0).all()
    (eta,) = milled.wettings["eta_ml_g"]
    assert eta == pytest.approx(0.6, abs=0.02)
    delivered = milled.deliveries.set_index("reagent")["mass_mg"].to_dict()
    assert delivered["Ru2"] == powders["mass_mg"].iloc[0]
    assert math.isnan(delivered["MeOH"])
    jar = milled.vessels.query("vessel == 'jar'")
    assert (jar["solid_mg"] > 100.0).all()


def test_milling_is_a_table_of_blocks(milled: Run) -> None:
    """When, how fast, how long and what it brought; what hands did stands beside it with who."""
    blocks = milled.milling
    assert list(blocks["frequency_hz"]) == [30.0, 30.0]
    assert blocks["milled_s"].sum() == pytest.approx(480.0, abs=3.0)
    assert (blocks["to_s"] > blocks["from_s"]).all()
    assert blocks["from_s"].iloc[1] - blocks["to_s"].iloc[0] == pytest.approx(300.0, abs=5.0)
    assert "jar moved to mill" in set(milled.hands["what"])
    assert set(milled.hands["who"]) == {"simulated operator"}


def test_curves_are_chosen_by_technique(milled: Run) -> None:
    """Spectra and the pattern with measured, fitted and component columns."""
    spectra, patterns = milled.curves("infrared"), milled.curves("diffraction")
    assert (len(spectra), len(patterns), milled.curves("sorption")) == (2, 1, {})
    for table in spectra.values():
        assert list(table.columns[:4]) == ["wavenumber / 1/cm", "signal", "fit", "baseline"]
        assert "COO_Ru2" in table
