"""A short simulated run on the milling bench: two powders, two blocks, a spectrum each way, a pattern and a ratio."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import read_inputs
from autosynth.engine.run import RunSetup, start
from autosynth.station.bench import bench_description

MOF = Path(__file__).parents[3] / "protocols" / "mof"
MILLED = """
autosynth: 1
title: Two blocks
libraries: {infrared: species/bands.yaml, diffraction: species/phases.yaml, sorption: species/adsorbates.yaml}
needs:
  {jar: jar, ir: infrared_spectrometer, xrd: powder_diffractometer, icp: element_analyser}
reagents:
  Ru2: {species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}
parameters:
  frequency: {default: 30 Hz, min: 15 Hz, max: 30 Hz}
steps:
  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg, tolerance: 1 %}
  - dose: {reagent: Cu, to: jar, equivalents: 4, of: Ru2 in jar, tolerance: 1 %}
  - measure: {infrared: {likely: 1 min}, in: ir, of: jar, aliquot: 2 mg, as: ir0}
  - grind: {vessel: jar, frequency: frequency, for: 8 min, block: 4 min, pause: 5 min, liquid: MeOH, eta: 0.6 uL/mg,
      rate: 0.5 mL/min}
  - wait: 10 min
  - vent: {vessel: jar}
  - open: {vessel: jar}
  - measure: {infrared: {relative_to: ir0, likely: 1 min}, in: ir, of: jar, aliquot: 2 mg, as: ir}
  - when: {condition: ir.residual_frac < 90 %, then: [{note: it reacts}]}
  - wash: {vessel: jar, with: MeOH, volume: 4 mL, times: 1, likely: 2 min}
  - measure: {diffraction: {washed: false, likely: 1 min}, in: xrd, of: jar, aliquot: 5 mg, as: xrd}
  - measure: {composition: {ratio: Cu/Ru, washed: false, likely: 1 min}, in: icp, of: jar, aliquot: 5 mg, as: icp}
"""


def place_milled(where: Path, recipe: str = MILLED) -> Path:
    """Write the recipe into a folder with the milling bench and its libraries, and return its path."""
    where.mkdir(parents=True, exist_ok=True)
    shutil.copytree(MOF / "species", where / "species", dirs_exist_ok=True)
    shutil.copy(MOF / "station.yaml", where / "station.yaml")
    file = where / "recipe.yaml"
    file.write_text(recipe, encoding="utf-8")
    return file


def run_milled(where: Path, recipe: str = MILLED, faults: Sequence[str] = ()) -> RunFolder:
    """Run it below `where` in virtual time and return its folder."""
    inputs = read_inputs(place_milled(where, recipe))
    inputs.plan.require_accepted()
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
