"""Liquid actions end with what was asked for, in the ledger and in the twin, and no stroke is longer than allowed."""

from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd
from autosynth.plan.hostdeath import STROKE_FOR
from tests.autosynth.engine.bench_run import BRANCHED, Lab, prepare

RESOLUTION_ML = 1.0 / 24000
ADD = "- add: {{reagent: {reagent}, to: {to}, volume: {volume}, rate: {rate}}}\n"


def agrees(end: RunEnd, vessel: str, *species: str, extra_ml: float = 1e-4) -> None:
    """Check the ledger's volume and amounts of a vessel against the twin, within four standard uncertainties."""
    assert end.truth is not None
    truth, ledger = end.truth["vessels"][vessel], end.history.inventory.content(vessel)
    assert truth["volume_ml"] == pytest.approx(ledger.liquid_ml, abs=4 * ledger.liquid_sd_ml + extra_ml)
    for name in species:
        mol, sd_mol = ledger.amount(name)
        assert truth["charged_mol"].get(name, 0.0) == pytest.approx(mol, abs=4 * sd_mol + extra_ml * 1e-4)


def strokes(lab: Lab, phase: str) -> list[tuple[float, float]]:
    """Return the volume and the duration of every plunger stroke of a phase."""
    begun = {event.seq: event for event in lab.of_kind("intent")}
    found: list[tuple[float, float]] = []
    for event in lab.of_kind("outcome"):
        intent = begun[event.payload["intent"]]
        if intent.payload["phase"] == phase and intent.payload["stroke"]["verb"] == "move_plunger":
            found.append((float(event.payload["moved_ml"]), event.t_s - intent.t_s))
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("volume", ["8 uL", "1.5 mL"])
def test_added_volume_is_within_the_stated_uncertainty(tmp_path: Path, seed: int, volume: str) -> None:
    """What the twin's reactor received is what the ledger says, within its uncertainty, and what was asked for."""
    lab = prepare(tmp_path, ADD.format(reagent="SiW9", to="reactor", volume=volume, rate="5 mL/min"), seed=seed)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    agrees(end, "reactor", "SiW9")
    record = end.history.actions["1"]
    asked_ml = float(record.details["volume_ml"])
    assert record.moved["dispense"].volume_ml == pytest.approx(asked_ml, abs=1.01 * RESOLUTION_ML)
    assert record.result["volume_ml"] == record.moved["dispense"].volume_ml
    assert 0.0 < record.result["sd_ml"] < 0.001 + 0.005 * asked_ml


def test_equivalents_are_of_what_the_vessel_holds_after_a_sample(tmp_path: Path) -> None:
    """The second dose is of the clusters that are left after a sample was taken, not of those charged."""
    lab = prepare(
        tmp_path,
        """
- add: {reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 5 mL/min}
- sample: {from: reactor, to: vial, volume: 1 mL}
- add: {reagent: KOTf, to: reactor, equivalents: 3, of: cluster in reactor, rate: 5 mL/min}
""",
        station=BRANCHED,
        head="needs: {reactor: stirred_vessel, vial: vial}\nreagents: {SiW9: {}, KOTf: {}}\n"
        "define: {cluster: {per: {SiW9: 2}, charge: 10 umol}}",
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.history.actions["1"].details["volume_ml"] == pytest.approx(2.0)
    left = 10e-6 * (2.0 - 1.0) / 2.0
    dosed_mol = float(end.history.actions["3"].details["amount"])
    assert dosed_mol == pytest.approx(3 * left, rel=2e-3)
    agrees(end, "reactor", "SiW9", "KOTf")
    agrees(end, "vial", "SiW9", "KOTf")


@pytest.mark.parametrize(("rate", "most_ml"), [("0.5 mL/min", 0.5 * 20 / 60), ("1.5 mL/min", 0.5), ("10 mL/min", 0.6)])
def test_strokes_stay_within_the_host_death_bound(tmp_path: Path, rate: str, most_ml: float) -> None:
    """No stroke delivers more than the host-death bound or lasts longer than max_stroke, and none is too small."""
    lab = prepare(tmp_path, ADD.format(reagent="SiW9", to="reactor", volume="1.3 mL", rate=rate))
    assert lab.run().state is RunState.COMPLETE
    found = strokes(lab, "dispense")
    assert sum(volume for volume, _ in found) == pytest.approx(1.3, abs=2 * RESOLUTION_ML)
    assert max(volume for volume, _ in found) <= most_ml + RESOLUTION_ML
    assert max(duration_s for _, duration_s in found) <= 20.0 + 0.5
    assert len(found) <= 1.3 / most_ml + 3
    drawn = strokes(lab, "draw")
    assert min(volume for volume, _ in drawn) >= -0.6 - RESOLUTION_ML


def test_strokes_are_cut_by_the_rate_that_the_pump_keeps(tmp_path: Path) -> None:
    """Asked for 0.0595 mL/min it goes at 0.05, its next speed below: no faster, and no stroke lasts longer for it."""
    lab = prepare(tmp_path, ADD.format(reagent="SiW9", to="reactor", volume="50 uL", rate="0.0595 mL/min"))
    assert lab.run().state is RunState.COMPLETE
    found = strokes(lab, "dispense") + strokes(lab, "push")
    assert max(60.0 * volume / duration_s for volume, duration_s in found) <= 0.0595
    said = {each.what: each.amount for each in lab.plan.host_death}
    assert said[STROKE_FOR] == pytest.approx(20.0)
    assert max(duration_s for _, duration_s in found) <= 20.0 + 0.5


def test_another_liquid_is_preceded_by_a_rinse(tmp_path: Path) -> None:
    """Between different liquids the syringe and the shared line are rinsed to waste; between equal ones not."""
    one = ADD.format(reagent="SiW9", to="reactor", volume="0.4 mL", rate="5 mL/min")
    other = ADD.format(reagent="KOTf", to="vial", volume="0.4 mL", rate="5 mL/min")
    lab = prepare(tmp_path, one + other + other, station=BRANCHED)
    end = lab.run()
    assert end.state is RunState.COMPLETE
    rinsing = {event.action for event in lab.of_kind("intent") if event.payload["phase"].startswith("rinse1")}
    assert rinsing == {"2"}
    agrees(end, "vial", "KOTf")
    agrees(end, "organic")
    assert end.truth is not None
    assert end.truth["vessels"]["organic"]["volume_ml"] == pytest.approx(0.2, abs=0.005)
    carried = end.truth["vessels"]["vial"]["charged_mol"].get("SiW9", 0.0)
    assert carried < 1e-3 * 0.4e-3 * 10e-3


def test_transfer_of_more_than_a_syringe_arrives_whole(tmp_path: Path) -> None:
    """A transfer of several syringes leaves in one vessel and adds to the other what was asked, in the twin too."""
    lab = prepare(
        tmp_path,
        ADD.format(reagent="KOTf", to="reactor", volume="3 mL", rate="10 mL/min")
        + "- transfer: {from: reactor, to: vial, volume: 2.4 mL, rate: 10 mL/min}\n",
        station=BRANCHED,
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    inventory = end.history.inventory
    assert inventory.volume_ml("vial") == pytest.approx(2.4, abs=0.01)
    assert inventory.volume_ml("reactor") == pytest.approx(0.6, abs=0.01)
    agrees(end, "vial", "KOTf")
    agrees(end, "reactor", "KOTf")
    assert end.history.deviations == []


def test_transfer_of_all_leaves_the_vessel_empty(tmp_path: Path) -> None:
    """A transfer of all moves what the ledger says is there; what stays is within its uncertainty."""
    lab = prepare(
        tmp_path,
        ADD.format(reagent="KOTf", to="reactor", volume="1.2 mL", rate="10 mL/min")
        + "- transfer: {from: reactor, to: vial, volume: all, rate: 10 mL/min}\n",
        station=BRANCHED,
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.history.inventory.volume_ml("reactor") == pytest.approx(0.0, abs=2e-3)
    agrees(end, "reactor")
    agrees(end, "vial", "KOTf")


def test_sample_reaches_its_vial(tmp_path: Path) -> None:
    """A sample smaller than a syringe is in the vial afterwards and missing in the reactor."""
    lab = prepare(
        tmp_path,
        ADD.format(reagent="SiW9", to="reactor", volume="2 mL", rate="10 mL/min")
        + "- sample: {from: reactor, to: vial_2, volume: 0.25 mL}\n",
        station=BRANCHED,
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.history.inventory.volume_ml("vial_2") == pytest.approx(0.25, abs=2e-3)
    agrees(end, "vial_2", "SiW9")
    agrees(end, "reactor", "SiW9")


def test_clean_vessel_holds_nothing_of_before(tmp_path: Path) -> None:
    """A vessel cleaned twice is empty, and of what was in it next to nothing is left."""
    lab = prepare(
        tmp_path,
        ADD.format(reagent="KOTf", to="vial", volume="0.8 mL", rate="10 mL/min")
        + "- clean: {vessel: vial, with: acetone, volume: 0.5 mL, times: 2}\n",
        station=BRANCHED,
        head="needs: {reactor: stirred_vessel, vial: vial}\nreagents: {KOTf: {}, acetone: {}}",
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.truth is not None
    truth = end.truth["vessels"]
    assert truth["vial"]["volume_ml"] == pytest.approx(0.0, abs=0.01)
    assert truth["vial"]["charged_mol"].get("KOTf", 0.0) < 1e-3 * 0.8e-3 * 0.1
    assert truth["organic"]["charged_mol"]["KOTf"] == pytest.approx(0.8e-3 * 0.1, rel=0.02)
    agrees(end, "organic", "KOTf", extra_ml=0.01)


def test_a_flushed_line_ends_in_its_vessel(tmp_path: Path) -> None:
    """Flushing a line sends the liquid through it to the vessel at its end and leaves gas behind."""
    lab = prepare(
        tmp_path,
        "- clean: {line: vial_line, with: acetone, volume: 0.3 mL, times: 2}\n",
        station=BRANCHED,
        head="needs: {reactor: stirred_vessel, vial: vial}\nreagents: {acetone: {}}",
    )
    end = lab.run()
    assert end.state is RunState.COMPLETE
    assert end.history.inventory.volume_ml("vial") == pytest.approx(0.6, abs=5e-3)
    agrees(end, "vial")
    assert sum(each.liquid_ml for each in end.history.inventory.line("vial_line")) == pytest.approx(0.0, abs=1e-3)


def test_nothing_is_left_in_the_syringe(tmp_path: Path) -> None:
    """After a run the syringe is empty in the ledger and in the twin, whatever the dose."""
    lab = prepare(tmp_path, ADD.format(reagent="SiW9", to="reactor", volume="0.777 mL", rate="3 mL/min"))
    end = lab.run()
    assert end.truth is not None
    assert end.history.inventory.syringe_ml("pump") == pytest.approx(0.0, abs=2 * RESOLUTION_ML)
    assert end.truth["devices"]["pump"]["plunger_ml"] == pytest.approx(0.0, abs=2 * RESOLUTION_ML)
