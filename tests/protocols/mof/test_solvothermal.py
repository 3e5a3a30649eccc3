"""Control 5 from end to end: what was published, why, and what was booked; and that its bench can do the contrary."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.machine import RunState
from autosynth.engine.run import start
from autosynth.report.deeds import deed_text
from autosynth.report.page import write_report
from autosynth.report.summary import summarise
from tests.protocols.mof.autoclaves import FOUND, OPENED, STEP, written
from tests.protocols.mof.published import ATTESTED, AUTOCLAVE, FOLDER, Milled, run_milled, run_published
from tests.protocols.mof.test_controls import check_control
from tests.protocols.running import prepared

LEFT = "the free acid is still there, as published: nothing has reacted"
DAY = STEP.replace("hold: 10 min", "hold: 24 h").replace("cooling: 80 min", "cooling: 3 h")


def deeds(run: Milled) -> str:
    """Return what hands have done, in words and in order."""
    return "; ".join(deed_text(each) for each in run.end.history.handled)


def test_the_fifth_control_from_powder_to_verdict(tmp_path: Path) -> None:
    """It ends as published after a day in the oven, by what was measured; the reactants stay, and all is booked."""
    run = run_published("c5.yaml", tmp_path)
    check_control("c5.yaml", run)
    assert run.notes() == [LEFT, "no framework, as published"]
    assert [each["verdict"] for each in run.summary["decisions"]] == ["true", "true"]
    value, sd = run.value("ir", "residual_frac")
    assert value == pytest.approx(1.0, abs=4.0 * sd)
    assert (run.jar["alpha"], run.jar["phases"], run.jar["closed"]) == (0.0, {}, False)
    for words in ("4 mL of MeOH poured into bomb", "bomb closed", "put into the oven: 85 °C for 24 h", "bomb vented"):
        assert words in deeds(run)
    assert run.tripped() == []
    weighed_g, weighed_sd_g = run.value("charged", "mass")
    assert weighed_g == pytest.approx(0.2, abs=2e-3 + 4.0 * weighed_sd_g)
    inventory = run.end.history.inventory
    assert (inventory.volume_ml("MeOH"), inventory.volume_ml("bomb")) == pytest.approx((96.0, 0.0))
    assert run.truth["vessels"]["MeOH"]["volume_ml"] == pytest.approx(96.0)
    (done,) = [each for each in run.end.history.actions.values() if each.details.get("verb") == "autoclave"]
    assert done.done_s is not None
    assert done.done_s - done.started_s > 27.0 * 3600.0
    assert float(done.marks["out1"]["temperature_c"]) == pytest.approx(22.0, abs=1.0)
    page = write_report(run.end.folder).read_text(encoding="utf-8")
    for words in (LEFT, "no framework, as published", "4 mL of MeOH poured into bomb", "85 °C for 24 h"):
        assert words in page


def test_a_framework_where_none_is_published_stops_it(tmp_path: Path) -> None:
    """Two bottles filled with frameworks by mistake: the pattern has them, and the reason says what it contradicts."""
    asked = prepared(FOLDER / "c5.yaml", AUTOCLAVE, tmp_path, 0, {"hold": "1 h"}, ATTESTED)
    assert asked.description is not None
    powders = asked.description["powders"]
    powders["Ru2(H2btc)4Cl"]["substance"], powders["Cu(OAc)2.H2O"]["substance"] = "Ru6(btc)4Cl3", "Cu3(btc)2"
    end = run_virtual(start(replace(asked, bench=open_simulated(asked.description, 0, ()))))
    assert end.state is RunState.STOPPED
    assert "contradicts what is published" in summarise(end.history)["reason"]


def test_the_same_step_makes_the_copper_framework_of_free_acid(tmp_path: Path) -> None:
    """The gate of the bench opens too: H3btc and copper acetate in the same oven are [Cu3(btc)2] a day later."""
    recipe = written(tmp_path, DAY + OPENED + FOUND)
    run = run_milled(recipe, tmp_path / "runs", station=AUTOCLAVE, acknowledgements=ATTESTED)
    assert run.end.state is RunState.COMPLETE
    assert run.notes() == ["[Cu3(btc)2] has formed"]
    assert set(run.jar["phases"]) == {"Cu3(btc)2"}
    masses = [*run.jar["solids_mg"].values(), *run.jar["taken_mg"].values()]
    left_mg = [run.truth["powders"][name]["left_mg"] for name in ("H3btc", "Cu(OAc)2.H2O")]
    assert sum(masses) == pytest.approx(10_000.0 - sum(left_mg), rel=1e-9)
