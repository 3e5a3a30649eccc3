"""A campaign in real time on a bench in another process, killed inside a vial: recovered, and no row made again."""

import json
import os
from pathlib import Path

import pytest

from autosynth.engine.inputs import utc_now
from autosynth.station.ledger import Ledger, ledger_path
from tests.live.processes import ONE_VESSEL, Process, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")]
RECIPE = """\
autosynth: 1
title: A dose each
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}}
parameters: {much: {default: 0.2 mL, min: 0.05 mL, max: 1 mL}}
steps:
  - add: {reagent: SiW9, to: reactor, volume: much, rate: 2 mL/min}
"""
TABLE = "id,much / mL\na,0.1\nb,0.5\nc,0.1\n"


def test_a_campaign_killed_inside_its_second_vial(tmp_path: Path) -> None:
    """SIGKILL in the middle of a dose: `recover` asks the pump, ends that row, makes the third, settles the ledger."""
    recipe, table = tmp_path / "recipe.yaml", tmp_path / "table.csv"
    recipe.write_text(RECIPE, encoding="utf-8")
    table.write_text(TABLE, encoding="utf-8")
    runs = tmp_path / "runs"
    with ServedBench(ONE_VESSEL, tmp_path, speed=12.0) as bench:
        arguments: list[str | Path] = ["run", recipe, "--table", table, "--station", bench.station, "--runs", runs]
        with Process(arguments, tmp_path) as campaign:
            campaign.said("row b: run")
            bench.until(lambda truth: truth["vessels"]["reactor"]["volume_ml"] > 0.15)
            campaign.killed()
        code, output = called(["recover", "last", "--runs", runs, "--json"], tmp_path)
        assert code == 0, output
        found = json.loads(output.splitlines()[-1])
        assert [(row["row"], row["state"], row["attempts"]) for row in found["rows"]] == [
            ("a", "COMPLETE", 1),
            ("b", "COMPLETE", 1),
            ("c", "COMPLETE", 1),
        ]
        dose = found["dispensed"]["SiW9"]
        assert dose["planned_ml"] == pytest.approx(0.7)
        assert dose["volume_ml"] == pytest.approx(0.7, abs=2 * dose["sd_ml"])
        assert bench.reactor_ml() == pytest.approx(0.7, abs=3 * dose["sd_ml"])
        assert len(list(runs.glob("*/runs/*/journal.sqlite"))) == 3
        with Ledger(ledger_path(bench.station), utc_now) as ledger:
            assert ledger.open_runs() == {}
            assert [each.kind for each in ledger.entries()].count("closed") == 3
