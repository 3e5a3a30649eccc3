"""Small simulated runs for the report's tests: one pot, two doses, one voltammogram, one decision."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import RunSetup, start
from autosynth.journal.disk import OsDisk
from autosynth.journal.store import JournalStore
from autosynth.station.bench import bench_description

POM = Path(__file__).parents[3] / "protocols" / "pom"
RECIPE = """
autosynth: 1
title: {title}
library: library.yaml
needs: {{reactor: stirred_vessel, cell: measuring_cell}}
reagents: {{SiW9: {{}}, "Mn(acac)3": {{}}}}
define: {{cluster: {{per: {{SiW9: 2}}, charge: 5 umol}}}}
steps:
  - stir: {{vessel: reactor, speed: 400 rpm}}
  - add: {{reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 2 mL/min}}
  - add: {{reagent: Mn(acac)3, to: reactor, equivalents: 4, of: charged cluster, rate: 0.5 mL/min}}
  - wait: {{for: 60 min, tolerance: 10 min}}
  - repeat:
      name: manganese taken up
      at_most: {rounds}
      until: s1.S1_confirmed_frac >= 99.9 %
      at_cap: {at_cap}
      undecided: continue
      steps:
        - add: {{reagent: SiW9, to: reactor, equivalents: 0.01, of: cluster in reactor}}
        - measure:
            voltammetry: {{begin: 0.25 V, vertex1: -1.25 V, vertex2: 0.25 V, step: 5 mV, rate: 200 mV/s, range: 500 uA}}
            of: reactor
            sample: 0.04 mL
            in: cell
            as: s1
            species: [manganese]
            scans_at_most: 1
"""


def run_small(
    where: Path,
    title: str = "One ligand, one metal",
    at_cap: str = "accept",
    rounds: int = 1,
    faults: Sequence[str] = (),
) -> RunFolder:
    """Run the small recipe below `where` in virtual time and return its folder."""
    where.mkdir(parents=True, exist_ok=True)
    recipe = where / "recipe.yaml"
    recipe.write_text(RECIPE.format(title=title, at_cap=at_cap, rounds=rounds), encoding="utf-8")
    shutil.copy(POM / "species" / "pom_a.yaml", where / "library.yaml")
    inputs = read_inputs(recipe, POM / "station.yaml")
    description = bench_description(inputs.plan.station, inputs.inventory)
    setup = RunSetup(
        plan=inputs.plan,
        library=inputs.library,
        inventory=inputs.inventory,
        runs=where / "runs",
        run_id="s0000001",
        seed=1,
        bench=open_simulated(description, 1, faults),
        description=description,
        texts=inputs.texts,
    )
    return run_virtual(start(setup)).folder


def crashed(folder: RunFolder, where: Path, events: int) -> RunFolder:
    """Return a copy of a run whose process died after so many events."""
    shutil.copytree(folder.path, where)
    for file in where.glob("journal.sqlite*"):
        file.unlink()
    whole = JournalStore.read(folder.journal, OsDisk())
    torso = JournalStore.create(where / "journal.sqlite", OsDisk(), whole.meta)
    torso.append([row for row in whole.rows() if row.seq <= events])
    torso.abandon()
    whole.close()
    return RunFolder(where)
