"""What an electrode in a vessel measures: the electroactive species there, seen through a cell with noise and drift."""

import numpy as np

from simulators.twin.cage_waves import Sites
from simulators.twin.contents import Array, Layout
from simulators.twin.electrode import Electrode
from simulators.twin.perturbation import Parameters
from simulators.twin.vessel import ZERO_CELSIUS_K, Vessel
from simulators.twin.voltammetry import Cell, Share, current
from simulators.twin.waves import ladders

NOISE_REL, NOISE_A, DRIFT_A = 0.005, 5e-9, 20e-9
LEAST_MOL_L = 1e-9
LIGAND = "SiW9"


class Cells:
    """Renders voltammograms of one bench."""

    def __init__(self, parameters: Parameters, layout: Layout, rng: np.random.Generator) -> None:
        self._parameters = parameters
        self._layout = layout
        self._rng = rng
        self._ladders = ladders(parameters.electroactivity)
        self.sites = Sites({})
        """Of cages; a bench draws them last, so that a seed means what it did before there were any."""

    def voltammogram(self, held: Vessel, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A (anodic positive) at each programmed potential on the cell's reference scale.

        The sample is what the vessel holds at `t_s`; a dry cell shows noise alone.
        """
        held.advance(t_s)
        wet = held.volume_ml() > 0.0
        parameters = self._parameters
        cell = Cell(
            electrode.area_cm2 * parameters.area_factor,
            electrode.ru_ohm * parameters.ru_factor,
            electrode.cdl_f * parameters.cdl_factor if wet else 0.0,
            held.temperature_c(t_s) + ZERO_CELSIUS_K,
            parameters.electroactivity.resting,
        )
        programmed_v = np.asarray(potential_v, dtype=np.float64) - electrode.reference_offset_v
        faradaic, capacitive = current(self._shares(held) if wet else [], programmed_v, dt_s, cell)
        return self._disturbed(faradaic, capacitive)

    def _shares(self, held: Vessel) -> list[Share]:
        """Return the electroactive species of a vessel and their concentrations."""
        litres = held.volume_ml() * 1e-3
        amounts = self._layout.composition(held.content)
        found = [
            Share(ladder, amounts[name] / litres)
            for name, ladder in self._ladders.items()
            if amounts.get(name, 0.0) > LEAST_MOL_L * litres
        ]
        found += [
            Share(ladder, count * amounts[name] / litres)
            for name, each in self.sites.of.items()
            if amounts.get(name, 0.0) > LEAST_MOL_L * litres
            for ladder, count in each
        ]
        impurity = self._parameters.impurity
        ligand_mol = self._layout.charged(held.content).get(LIGAND, 0.0)
        if impurity is not None and ligand_mol > 0.0:
            found.append(Share(impurity.ladder, ligand_mol * impurity.per_ligand / litres))
        return found

    def _disturbed(self, faradaic: Array, capacitive: Array) -> Array:
        """Add noise (a part of the peak current and a floor) and a linear drift."""
        spread_a = NOISE_REL * float(np.abs(faradaic).max()) + NOISE_A
        noise = self._rng.normal(0.0, spread_a, faradaic.size)
        drift = self._rng.normal(0.0, DRIFT_A) * np.linspace(0.0, 1.0, faradaic.size)
        return np.asarray(faradaic + capacitive + noise + drift)
