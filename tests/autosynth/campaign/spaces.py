"""Random spaces and observations for property tests: limits, whole numbers, mixtures, constraints, failures, noise."""

import numpy as np
from hypothesis import strategies as st

from autosynth.campaign.optimisers.optimiser import Goal, Measured, Objective, Observation
from autosynth.campaign.space.sampling import sample
from autosynth.campaign.space.space import Space
from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Draw a space with points in it: constraints pass through or beyond a point that is inside.

    Sizes are those of mL and minutes, or of mol and seconds: what is rounding in the one is a dose in the other.
    """
    small = draw(st.sampled_from((1.0, 1e-6)))
    variables = [Variable("time", 1.0, draw(st.floats(2.0, 60.0)), "min")]
    mixtures: tuple[Mixture, ...] = ()
    if draw(st.booleans()):
        variables.append(Variable("rounds", 1, draw(st.integers(1, 6)), integer=True))
    if draw(st.booleans()):
        parts = [f"part {n}" for n in range(draw(st.integers(2, 4)))]
        lows = [small * draw(st.floats(0.0, 0.2)) for _ in parts]
        highs = [small * draw(st.floats(0.6, 1.0)) for _ in parts]
        variables += [Variable(name, low, high, "mL") for name, low, high in zip(parts, lows, highs, strict=True)]
        mixtures = (Mixture("tube", tuple(parts), small),)
    free = Space(tuple(variables), mixtures)
    inside = sample(free, 1, np.random.default_rng(draw(st.integers(0, 99)))).rows[0]
    constraints = tuple(
        LinearConstraint(
            f"rule {n}",
            tuple(zip(free.names, factors, strict=True)),
            float(np.dot(factors, inside)) + draw(st.floats(0.0, 1.0)),
        )
        for n in range(draw(st.integers(0, 2)))
        for factors in [[draw(st.floats(-3.0, 3.0)) / max(each.high, small) for each in free.variables]]
    )
    return Space(free.variables, mixtures, tuple(c for c in constraints if any(f for _, f in c.coefficients)))


OBJECTIVES = (Objective("yield", Goal.MAXIMISE, "%"), Objective("cost", Goal.MINIMISE, "EUR", worst=50.0))


def observed(space: Space, count: int, seed: int, *, failures: bool = True) -> list[Observation]:
    """Return observations at random points, some failed, some pending, one with only one of two results."""
    rng = np.random.default_rng(seed)
    found: list[Observation] = []
    for number, row in enumerate(sample(space, count, rng).rows):
        place = space.scaled(row[None])[0]
        measured = {
            "yield": Measured(float(50 + 20 * np.sin(3 * place).sum() + rng.normal()), 1.0),
            "cost": Measured(float(10 * place.sum()), 0.0),
        }
        kind = rng.choice(["measured", "measured", "measured", "failed", "pending", "partial"])
        values, name = space.values(row), f"vial {number}"
        if kind == "failed" and failures:
            found.append(Observation(name, values, failed="precipitate"))
        elif kind == "pending":
            found.append(Observation(name, values))
        else:
            found.append(Observation(name, values, {"yield": measured["yield"]} if kind == "partial" else measured))
    return found
