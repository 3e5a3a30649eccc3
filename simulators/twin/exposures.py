"""Samples that a person puts into instruments which measure on their own: taken now, rendered now, fetched later.

An aliquot is a part of everything in a jar. Washed and dried in a hurry it loses its liquids and soluble salts, but
keeps the ruthenium ligand, which dissolves slowly [assumption]. One of a liquid that is washed is precipitated and
dissolved again in as much: of it cages stay [assumption].
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from simulators.twin.cages import CHEMISTRY
from simulators.twin.composition import Composition
from simulators.twin.contents import Array
from simulators.twin.diffraction import Diffraction
from simulators.twin.dispersion import Dispersions
from simulators.twin.infrared import Infrared
from simulators.twin.jar import Jar, book
from simulators.twin.mass import Mass
from simulators.twin.samples import Dissolved, SolidSample
from simulators.twin.sorption import Sorption
from simulators.twin.substances import LIQUID_MG_UL, RU_LIGAND, SOLVENT_G_ML, SUBSTANCES
from simulators.twin.uv_vis import UvVis
from simulators.twin.vessel import Vessel

PARTS = {species.name: species.parts for species in CHEMISTRY.species}
CAGES = frozenset(name for name in PARTS if name.startswith("["))
ALIQUOT_MG = 2.0
PORTIONS = 3


LIQUID = ("mass", "composition")
"""Techniques that measure what is dissolved."""


class Technique(Protocol):
    """One way of measuring an aliquot."""

    def render(self, sample: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the instrument would write, as plain data."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return the bench's true numbers, JSON-able."""
        ...


class Exposures:
    """What waits in which instrument, and how this bench's solids look."""

    def __init__(self, rng: np.random.Generator, *, perturb: bool) -> None:
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self.techniques: Mapping[str, Technique] = {
            "infrared": Infrared(rng.spawn(1)[0], perturb=perturb),
            "diffraction": Diffraction(rng.spawn(1)[0], perturb=perturb),
            "sorption": Sorption(rng.spawn(1)[0], perturb=perturb),
            "uv_vis": UvVis(rng.spawn(1)[0], perturb=perturb),
            "composition": Composition(rng.spawn(1)[0]),
            "mass": Mass(rng.spawn(1)[0], perturb=perturb),
        }
        self.dispersions = Dispersions(rng.spawn(1)[0], perturb=perturb)

    def put(self, device: str, jar: Jar, task: Mapping[str, Any], t_s: float) -> Array:
        """Take an aliquot, render it and leave it for the instrument; return the solvent that went with it.

        Raises:
            ValueError: the technique is not known, the jar is closed, or there is nothing to take.
        """
        technique = self._technique(task)
        if technique == "mass":
            message = f"a mass spectrum is of what is dissolved, not of the solid in {jar.vessel.name}"
            raise ValueError(message)
        jar.reach_in(t_s)
        sample, solvent = aliquot(jar, float(task.get("mass_mg", ALIQUOT_MG)), washed=bool(task.get("washed", False)))
        self._leave(device, task, t_s, self.techniques[technique].render(sample, task), sample.total_mg())
        return solvent

    def put_liquid(self, device: str, vessel: Vessel, task: Mapping[str, Any], t_s: float) -> Array:
        """Take a part of a vessel's liquid, render it and leave it for the instrument; return what was taken.

        Raises:
            ValueError: the technique is not known or measures no liquids, or there is not so much liquid.
        """
        technique, volume_ml = self._technique(task), float(task["volume_ml"])
        if technique not in LIQUID:
            message = f"{technique} is not measured of a liquid here; {', '.join(LIQUID)} are"
            raise ValueError(message)
        vessel.advance(t_s)
        if not 0.0 < volume_ml <= vessel.volume_ml():
            message = f"there are {vessel.volume_ml():g} mL in {vessel.name}: {volume_ml:g} mL cannot be taken"
            raise ValueError(message)
        taken = vessel.flow_out(volume_ml, t_s, t_s)[0].content
        held = vessel.layout.composition(taken)
        if task.get("washed", False):
            held = {name: amount for name, amount in held.items() if name in CAGES}
        sample = Dissolved(held, PARTS, volume_ml * 1e-3)
        self._leave(device, task, t_s, self.techniques[technique].render(sample, task))
        return taken

    def _technique(self, task: Mapping[str, Any]) -> str:
        technique = str(task["technique"])
        if technique not in self.techniques:
            message = f"nobody measures {technique!r} here; there are {', '.join(self.techniques)}"
            raise ValueError(message)
        return technique

    def _leave(
        self, device: str, task: Mapping[str, Any], t_s: float, shown: Mapping[str, Any], mass_mg: float | None = None
    ) -> None:
        about = {"name": str(task["name"]), "at_s": t_s, "technique": str(task["technique"])}
        weighed = {} if mass_mg is None else {"mass_mg": mass_mg}
        self._waiting.setdefault(device, []).append({**about, **weighed, **shown})

    def dip(self, device: str, vessel: Vessel, task: Mapping[str, Any], t_s: float) -> None:
        """Let a probe in a vessel take a spectrum of what is there now.

        Raises:
            ValueError: the technique has no probe.
        """
        if task["technique"] != "uv_vis":
            raise ValueError(f"there is no dip probe for {task['technique']!r}")
        vessel.advance(t_s)
        shown = self.dispersions.render(vessel.layout.composition(vessel.content), vessel.volume_ml())
        about = {"name": str(task["name"]), "at_s": t_s, "technique": "uv_vis", "mass_mg": 0.0}
        self._waiting.setdefault(device, []).append({**about, **shown})

    def collect(self, device: str, t_s: float) -> Mapping[str, Any] | None:
        """Return what was put into an instrument by `t_s`, the oldest first, each once; None for nothing."""
        waiting = self._waiting.get(device)
        return waiting.pop(0) if waiting and waiting[0]["at_s"] <= t_s else None

    def describe(self) -> dict[str, Any]:
        """Return the bench's true bands and lattices, JSON-able."""
        told = {name: technique.describe() for name, technique in self.techniques.items()}
        return {**told, "dispersion": self.dispersions.describe()}


def aliquot(jar: Jar, mass_mg: float, *, washed: bool) -> tuple[SolidSample, Array]:
    """Take so much solid out of a jar; return the sample, and the solvent that came along.

    Raises:
        ValueError: there is no solid.
    """
    solid_mg = jar.charge.solid_mg()
    if solid_mg <= 0.0 or mass_mg <= 0.0:
        message = f"there are {solid_mg:g} mg in {jar.vessel.name}: {mass_mg:g} mg cannot be taken"
        raise ValueError(message)
    share = min(1.0, mass_mg / solid_mg)
    crystallinity = jar.charge.crystallinity()
    solvent = jar.vessel.content * share
    jar.vessel.content = jar.vessel.content - solvent
    taken = jar.charge.take(share)
    book(jar.taken_mg, taken)
    if washed:
        return SolidSample(_rinsed(taken), crystallinity, 0.0, jar.charge.activated), solvent
    layout = jar.vessel.layout
    wet_mg = sum(float(solvent[i]) * SOLVENT_G_ML.get(n, 1.0) * 1e3 for i, n in enumerate(layout.solvents) if i)
    return SolidSample(taken, crystallinity, wet_mg, jar.charge.activated), solvent


def _rinsed(mg: Mapping[str, float]) -> dict[str, float]:
    kept = {RU_LIGAND: 1.0} | dict.fromkeys(LIQUID_MG_UL, 0.0)
    return {
        name: mass_mg * kept.get(name, SUBSTANCES[name].left ** PORTIONS if name in SUBSTANCES else 1.0)
        for name, mass_mg in mg.items()
    }
