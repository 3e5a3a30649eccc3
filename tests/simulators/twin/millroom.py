"""A mill, a doser over its balance, an infuser over the jar, and instruments that write files: a bench for solids."""

from typing import Any

import numpy as np

from simulators.twin.twin import BenchTwin

BALL = {"count": 1, "mass_mg": 3140.0, "volume_ml": 0.52}
RECIPE = {"Ru2(H2btc)4Cl": 114.7, "Cu(OAc)2.H2O": 85.3}
"""200 mg of reactants, one to four."""
MINUTE_S = 60.0
CLOSED_S = 100.0


def millroom(solids_mg: dict[str, float] | None = None, eta: float = 0.6, **changes: Any) -> dict[str, Any]:
    """Return the description: a closed jar in the mill with so much methanol, unperturbed; `changes` replace keys."""
    solids = RECIPE if solids_mg is None else solids_mg
    liquid_ml = eta * sum(solids.values()) * 1e-3
    return {
        "ambient_c": 22.0,
        "perturb": False,
        "vessels": {
            "jar": {
                "capacity_ml": 5.0,
                "mixture": {"volumes_ml": {"methanol": liquid_ml}},
                "solids_mg": solids,
                "jar": {
                    "material": "ZrO2",
                    "mass_mg": 60000.0,
                    "balls": BALL,
                    "at": "mill",
                    "closed": True,
                    "rated_kpa": 400.0,
                },
            },
            "vial": {"capacity_ml": 20.0},
        },
        "powders": {
            "ruthenium": {"substance": "Ru2(H2btc)4Cl", "mass_mg": 500.0, "purity_frac": 1.0, "lot": "R1"},
            "copper": {"substance": "Cu(OAc)2·H2O", "mass_mg": 500.0, "purity_frac": 0.98, "lot": "C1"},
        },
        "lines": [{"name": "needle", "a": "infuser:out", "b": "jar", "volume_ml": 0.0}],
        "devices": {
            "mill": {"model": "mill"},
            "doser": {"model": "doser", "head": "ruthenium"},
            "spectrometer": {"model": "files"},
            "diffractometer": {"model": "files", "options": {"wavelength_a": 0.45411}},
            "infuser": {
                "model": "infuser",
                "options": {
                    "syringe_ml": 1.0,
                    "plunger_ml": 0.5,
                    "syringe": [{"volumes_ml": {"methanol": 0.5}, "amounts_mol": {}}],
                },
            },
        },
        **changes,
    }


def room(solids_mg: dict[str, float] | None = None, eta: float = 0.6, seed: int = 1, **changes: Any) -> BenchTwin:
    """Return the twin of a millroom."""
    return BenchTwin(millroom(solids_mg, eta, **changes), np.random.default_rng(seed))


def milled(twin: BenchTwin, minutes: float, hz: float = 30.0, start_s: float = CLOSED_S) -> float:
    """Mill at one frequency, start and stop at once; return the time it ended."""
    end_s = start_s + minutes * MINUTE_S
    twin.shake("mill", 0.0, hz, start_s, start_s)
    twin.shake("mill", hz, 0.0, end_s, end_s)
    return end_s


def jar(twin: BenchTwin, t_s: float) -> dict[str, Any]:
    """Return the truth about the jar."""
    found: dict[str, Any] = twin.truth(t_s)["vessels"]["jar"]
    return found


def after(minutes: float, hz: float = 30.0, **room_changes: Any) -> dict[str, Any]:
    """Return the truth about a fresh jar milled for some minutes."""
    twin = room(**room_changes)
    return jar(twin, milled(twin, minutes, hz))


def opened(twin: BenchTwin, t_s: float) -> float:
    """Vent and open the jar; return a time after it."""
    twin.hands.do({"do": "vent", "vessel": "jar"}, t_s)
    twin.hands.do({"do": "open", "vessel": "jar"}, t_s)
    return t_s + 1.0
