"""The exchange of Ag7 and Cu7 clusters as an experiment to optimise: what goes in, how long, how warm, at what cost.

Equilibrium and kinetics are those of the dossier on intercluster exchange: populations C(7, i) exp(-g_i / RT + mu i),
transfers A_i + A_j -> A_(i+1) + A_(j-1) at k0 (7 - i) j / 49 exp(-dG / 2RT), k0 = 50 per M and s at 298 K with an
activation energy of 55 kJ/mol. Stocks are 10 mM in clusters, the tube is made up to 0.6 mL with solvent. Costs, noise
and errors of doses are assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import odeint
from scipy.optimize import minimize

from autosynth.campaign.optimisers.acquisition import hypervolume
from autosynth.campaign.optimisers.optimiser import Goal, Measured, Objective, Observation, Optimiser, generator
from autosynth.campaign.space.sampling import sample
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Variable

Floats = NDArray[np.float64]
G_KJ_MOL = np.array([0.0, -5.84, -7.06, -6.30, -4.09, -2.90, -1.42, 0.0])
R_KJ = 8.314462618e-3
TUBE_ML, STOCK_MM = 0.6, 10.0
TARGET = 3
METAL_COST, TIME_COST, WARMTH_COST = 1.0, 4.0, 0.2
"""Points of purity that a µmol of clusters, a minute and a kelvin away from 25 °C are worth."""
PURITY_SD, DOSE_REL_SD = 1.0, 0.01

SPACE = Space(
    (
        Variable("silver", 0.02, 0.5, "mL"),
        Variable("copper", 0.02, 0.5, "mL"),
        Variable("wait", 0.1, 5.0, "min"),
        Variable("temperature", 5.0, 45.0, "degC"),
    ),
    constraints=(LinearConstraint("tube", (("silver", 1.0), ("copper", 1.0)), TUBE_ML, "mL"),),
)
SCORE = (Objective("score", Goal.MAXIMISE, "points"),)
BOTH = (Objective("purity", Goal.MAXIMISE, "%", worst=0.0), Objective("cost", Goal.MINIMISE, "points", worst=40.0))
NEITHER = np.array([0.0, -40.0])
"""The worst of both, larger is better."""


def populations(silver_ml: float, copper_ml: float, wait_min: float, temperature_c: float) -> Floats:
    """Return the mole fractions (8,) of Cu7 ... Ag7 after a time in the tube."""
    kelvin = temperature_c + 273.15
    g = G_KJ_MOL / (R_KJ * kelvin)
    k0 = 50.0 * np.exp(-55.0 / R_KJ * (1.0 / kelvin - 1.0 / 298.15))
    takes, gives = np.arange(7)[:, None], np.arange(1, 8)[None, :]
    change = (g[1:] - g[:-1])[:, None] - (g[1:] - g[:-1])[None, :]
    rates = k0 * STOCK_MM * 1e-3 * (silver_ml + copper_ml) / TUBE_ML * (7 - takes) * gives / 49.0 * np.exp(-change / 2)

    def flow(p: Floats, _: float) -> Floats:
        moved = rates * p[:7, None] * p[None, 1:]
        taken, given = moved.sum(axis=1), moved.sum(axis=0)
        change = np.zeros(8)
        change[:7] -= taken
        change[1:] += taken
        change[1:] -= given
        change[:7] += given
        return change

    start = np.zeros(8)
    start[0], start[7] = copper_ml, silver_ml
    start /= start.sum()
    return np.asarray(odeint(flow, start, [0.0, 60.0 * wait_min], rtol=1e-6, atol=1e-9)[-1])


def equilibrium(mean_silver: float, temperature_c: float = 25.0) -> Floats:
    """Return the populations (8,) of a feed at rest."""
    weights = np.log([comb(7, i) for i in range(8)]) - G_KJ_MOL / (R_KJ * (temperature_c + 273.15))
    low, high = -60.0, 60.0
    for _ in range(200):
        mu = 0.5 * (low + high)
        p = np.exp(weights + mu * np.arange(8) - np.max(weights + mu * np.arange(8)))
        p /= p.sum()
        low, high = (mu, high) if p @ np.arange(8) < mean_silver else (low, mu)
    return np.asarray(p)


def truth(silver: float, copper: float, wait: float, temperature: float) -> dict[str, float]:
    """Return purity (%), cost and score (points) of an experiment without any noise."""
    purity = 100.0 * float(populations(silver, copper, wait, temperature)[TARGET])
    cost = METAL_COST * STOCK_MM * (silver + copper) + TIME_COST * wait + WARMTH_COST * abs(temperature - 25.0)
    return {"purity": purity, "cost": cost, "score": purity - cost}


@cache
def best_score() -> float:
    """Return the highest score of the space, found with the model known."""
    rows = sample(SPACE, 150, np.random.default_rng(0)).rows
    scores = [truth(*row)["score"] for row in rows]

    def loss(row: Floats) -> float:
        inside = not SPACE.refusals(SPACE.values(row))
        return -truth(*row)["score"] if inside else 1e3

    starts = rows[np.argsort(scores)[-2:]]
    return -min(float(minimize(loss, start, method="Nelder-Mead", options={"maxfev": 160}).fun) for start in starts)


@dataclass
class Campaign:
    """Twenty experiments, or as many as are asked for, chosen by an optimiser and done on the model with noise."""

    optimiser: Optimiser
    seed: int
    objectives: Sequence[Objective]
    observations: list[Observation] = field(default_factory=list)
    true: list[dict[str, float]] = field(default_factory=list)

    def run(self, count: int, batch: int = 1) -> "Campaign":
        """Do experiments until there are `count`."""
        noise = np.random.default_rng([self.seed, 77])
        while (done := len(self.observations)) < count:
            for each in self.optimiser.suggest(self.observations, min(batch, count - done), generator(self.seed, done)):
                self._experiment(dict(each.values), noise)
        return self

    def _experiment(self, values: dict[str, float], noise: np.random.Generator) -> None:
        error = dict.fromkeys(values, 1.0) | {n: 1.0 + DOSE_REL_SD * noise.normal() for n in ("silver", "copper")}
        true, done = truth(**values), truth(**{name: value * error[name] for name, value in values.items()})
        purity = done["purity"] + PURITY_SD * noise.normal()
        seen = {"purity": (purity, PURITY_SD), "cost": (true["cost"], 0.0), "score": (purity - true["cost"], PURITY_SD)}
        measured = {each.name: Measured(*seen[each.name]) for each in self.objectives}
        self.observations.append(Observation(f"vial {len(self.observations) + 1}", values, measured))
        self.true.append(true)

    def regret(self) -> float:
        """Return how far the true score of the experiment that measured best is below the highest score."""
        best = max(range(len(self.true)), key=lambda n: self.observations[n].measured["score"].value)
        return best_score() - self.true[best]["score"]

    def area(self) -> float:
        """Return the hypervolume of the true purities and costs of all experiments, in %·points."""
        return hypervolume(np.array([(each["purity"], -each["cost"]) for each in self.true]), NEITHER)
