"""A whole synthesis through syringe, lines and selector, stroke by stroke, with samples taken to the cell."""

from typing import Any

import numpy as np
import pytest

from simulators.twin.electrode import Electrode
from simulators.twin.twin import BenchTwin
from tests.simulators.twin.tank import CLUSTER_MOL, STOCK_MOL_L

PORTS = {species: str(i) for i, species in enumerate(STOCK_MOL_L, 1)}
GAS_PORT, TRUNK_PORT = "8", "9"
REACTOR, CELL, WASTE = "1", "2", "3"
SWEEP_V = np.concatenate([np.arange(0.2, -1.3, -0.005), np.arange(-1.3, 0.2, 0.005)])


def robot() -> dict[str, Any]:
    """Return a bench with every stock of POM-A on one pump."""
    vessels: dict[str, Any] = {
        "reactor": {"capacity_ml": 25.0},
        "cell": {"capacity_ml": 1.5},
        "waste": {"capacity_ml": 1000.0},
        "argon": {"capacity_ml": 0, "gas": True},
    }
    lines: list[dict[str, Any]] = [
        {"name": "argon_line", "a": "argon", "b": f"pump:{GAS_PORT}", "volume_ml": 0.05},
        {"name": "trunk", "a": f"pump:{TRUNK_PORT}", "b": "selector:common", "volume_ml": 0.03},
    ]
    for port, vessel in ((REACTOR, "reactor"), (CELL, "cell"), (WASTE, "waste")):
        lines.append({"name": f"{vessel}_line", "a": f"selector:{port}", "b": vessel, "volume_ml": 0.04})
    for species, port in PORTS.items():
        full = {"volumes_ml": {"acetone": 0.1}, "amounts_mol": {species: STOCK_MOL_L[species] * 1e-4}}
        stock = {"volumes_ml": {"acetone": 100.0}, "amounts_mol": {species: STOCK_MOL_L[species] * 0.1}}
        vessels[f"stock {port}"] = {"capacity_ml": 250.0, "mixture": stock}
        lines.append({"name": species, "a": f"stock {port}", "b": f"pump:{port}", "volume_ml": 0.1, "plugs": [full]})
    devices = {
        "pump": {"model": "pump", "options": {"syringe_ml": 1.0}},
        "selector": {"model": "selector"},
        "hotplate": {"model": "hotplate", "vessel": "reactor"},
        "potentiostat": {"model": "potentiostat", "vessel": "cell"},
    }
    return {"ambient_c": 25.0, "vessels": vessels, "lines": lines, "devices": devices}


class Hands:
    """Works the valves and the syringe."""

    def __init__(self) -> None:
        self.twin = BenchTwin(robot(), np.random.default_rng(1))
        self.t_s = 0.0

    def stroke(self, port: str, volume_ml: float, rate_ml_min: float = 10.0) -> None:
        """Turn the pump's valve and move the plunger."""
        self.twin.turn("pump", port, self.t_s)
        end_s = self.t_s + abs(volume_ml) / rate_ml_min * 60.0
        assert self.twin.displace("pump", volume_ml, self.t_s, end_s)
        self.t_s = end_s

    def dose(self, species: str, volume_ml: float, rate_ml_min: float) -> None:
        """Add to the reactor in strokes of at most 20 s, pushed clear by gas."""
        self.twin.turn("selector", REACTOR, self.t_s)
        self.stroke(GAS_PORT, -0.09)
        left_ml = volume_ml
        while left_ml > 1e-9:
            part_ml = min(left_ml, rate_ml_min / 3.0, 0.9)
            self.stroke(PORTS[species], -part_ml)
            self.stroke(TRUNK_PORT, part_ml, rate_ml_min)
            left_ml -= part_ml
        self.stroke(TRUNK_PORT, 0.09)

    def sample(self) -> None:
        """Bring 0.23 mL from the reactor to the cell: 0.20 in the syringe and what stands in the trunk."""
        self.twin.turn("selector", REACTOR, self.t_s)
        self.stroke(TRUNK_PORT, -0.27)
        self.twin.turn("selector", CELL, self.t_s)
        self.stroke(TRUNK_PORT, 0.27)

    def vessel(self, name: str) -> dict[str, Any]:
        """Return the truth about a vessel."""
        found: dict[str, Any] = self.twin.truth(self.t_s)["vessels"][name]
        return found


def prepared() -> Hands:
    """Return the bench after Mn, Fe and Lu with an hour each."""
    hands = Hands()
    for species, volume_ml, rate_ml_min, hold_s in (
        ("SiW9", 5.0, 2.0, 0.0),
        ("Mn(acac)3", 2.0, 0.5, 3600.0),
        ("Fe(acac)3", 0.5, 0.25, 3600.0),
        ("Lu(acac)3", 1.0, 0.5, 3600.0),
    ):
        hands.dose(species, volume_ml, rate_ml_min)
        hands.t_s += hold_s
    return hands


def test_strokes_give_the_yield_of_the_flask() -> None:
    """Dosed through dead volumes and pushed by gas, the reactor holds 8.50 mL and 0.94 of the ligand as cluster."""
    reactor = prepared().vessel("reactor")
    assert reactor["volume_ml"] == pytest.approx(8.5, abs=1e-9)
    assert reactor["charged_mol"]["SiW9"] == pytest.approx(2 * CLUSTER_MOL)
    assert reactor["composition_mol"]["I"] / CLUSTER_MOL == pytest.approx(0.94, abs=0.02)


def test_a_sample_shows_the_shift_of_the_cluster_it_holds() -> None:
    """Sodium, which has no wave of its own, moves the onset in the cell by most of two A sites' shift."""
    onsets: list[float] = []
    for sodium_ml in (0.0, 0.55):
        hands = prepared()
        if sodium_ml:
            hands.dose("NaOTf", sodium_ml, 0.5)
            hands.t_s += 600.0
        hands.sample()
        assert hands.vessel("cell")["volume_ml"] == pytest.approx(0.23)
        current_a = hands.twin.voltammogram("cell", SWEEP_V, 0.05, Electrode(), hands.t_s)
        onsets.append(float(SWEEP_V[(current_a < 0.25 * current_a.min()).argmax()]))
    assert onsets[1] - onsets[0] == pytest.approx(0.09, abs=0.02)
