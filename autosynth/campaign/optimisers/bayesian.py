"""Bayesian optimisation: a process for each measured quantity, and the experiment that is expected to gain most.

One objective is improved by constrained expected improvement, two by the expected area gained over their front; limits
count by the probability that they are kept and failures by the probability of a result. Noise, pending experiments and
the points of one batch are dealt with by drawing the true values at all points tried (`fantasies`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from autosynth.campaign.optimisers.baselines import LatinHypercube
from autosynth.campaign.optimisers.knowledge import Knowledge, known, sign
from autosynth.campaign.optimisers.optimiser import Limit, Objective, Observation, checked_count
from autosynth.campaign.optimisers.search import Found, best_point
from autosynth.campaign.optimisers.suggestion import Figure, Predicted, Suggestion
from autosynth.campaign.optimisers.surrogate import Surrogate
from autosynth.campaign.optimisers.worth import Worth
from autosynth.campaign.space.space import Space
from autosynth.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Bayesian:
    """Bayesian optimiser of one or two objectives within limits.

    The first `initial` experiments are a Latin hypercube drawn from `seed`; if it is 0, twice as many as there are
    variables that can move by themselves. All later choices use the generator that is given.

    Raises:
        InputError: no objective or more than two, a name twice, `initial` below 2.
    """

    space: Space
    objectives: tuple[Objective, ...]
    limits: tuple[Limit, ...] = ()
    initial: int = 0
    seed: int = 0
    name: str = field(default="bayesian", init=False)

    def __post_init__(self) -> None:
        moving = sum(v.high > v.low for v in self.space.variables) - len(self.space.mixtures)
        object.__setattr__(self, "initial", self.initial or max(2 * moving, 3))
        names = [each.name for each in self._quantities]
        wrong = [f"{len(self.objectives)} objectives: one or two can be optimised"] * (
            len(self.objectives) not in (1, 2)
        )
        wrong += [f"{name} is there twice among objectives and limits" for name in set(names) if names.count(name) > 1]
        wrong += [f"{self.initial} initial experiments: a process needs two or more"] * (self.initial < 2)
        if wrong:
            raise InputError(*(Problem(text, rule="optimiser") for text in wrong))

    @property
    def _quantities(self) -> tuple[Objective | Limit, ...]:
        return (*self.objectives, *self.limits)

    def suggest(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        """Return `count` experiments to be done together; see `Optimiser.suggest`."""
        wanted = checked_count(count)
        with _libraries().limit(limits=1, user_api="blas"):
            knowledge = known(self.space, self._quantities, observations)
            planned = wanted if knowledge is None else max(min(self.initial - len(observations), wanted), 0)
            chosen = list(self._first(observations, planned, rng)) if planned else []
            if knowledge is not None:
                ids = tuple(each.id for each in observations)
                while len(chosen) < wanted:
                    chosen.append(self._next(knowledge, ids, chosen, rng))
        return tuple(chosen)

    def finished(self, observations: Sequence[Observation]) -> str:
        """Return an empty text: there always may be something better."""
        del observations
        return ""

    def _first(
        self, observations: Sequence[Observation], count: int, rng: np.random.Generator
    ) -> tuple[Suggestion, ...]:
        plan = LatinHypercube(self.space, self.initial, self.seed).suggest(observations, count, rng)
        ids = tuple(each.id for each in observations)
        reason = f"too little is known yet: point {{}} of a Latin hypercube of {self.initial}"
        return tuple(
            Suggestion(each.values, self.name, reason.format(each.figures["point"]), ids, figures=each.figures)
            for each in plan
        )

    def _next(
        self, knowledge: Knowledge, ids: tuple[str, ...], chosen: Sequence[Suggestion], rng: np.random.Generator
    ) -> Suggestion:
        rows = [self.space.row(each.values) for each in chosen]
        tried = np.concatenate((knowledge.tried, np.array(rows).reshape(-1, len(self.space.names))))
        worth = Worth.drawn(self.objectives, self.limits, knowledge, self.space.scaled(tried), rng)
        found = best_point(self.space, lambda points: worth.gain(self.space.scaled(points)), tried, rng)
        return self._told(knowledge, worth, found, ids, len(chosen))

    def _told(self, knowledge: Knowledge, worth: Worth, found: Found, ids: tuple[str, ...], batch: int) -> Suggestion:
        """Return the suggestion with what it expects and why it was chosen."""
        at = self.space.scaled(found.row[None])
        predicted: dict[str, Predicted] = {}
        figures: dict[str, Figure] = {
            "expected gain": found.score,
            "looked at": found.looked_at,
            "chosen before": batch,
        }
        for quantity in self._quantities:
            model = knowledge.models[quantity.name]
            mean, sd = model.predict(at)
            predicted[quantity.name] = Predicted(sign(quantity) * float(mean[0]), float(sd[0]))
            figures[f"scatter of {quantity.name}"] = model.scatter
            figures |= self._lengths(quantity.name, model)
        figures |= {f"best {each.name} so far": sign(each) * worth.best(each) for each in self.objectives}
        figures["probability of keeping the limits"] = float(worth.kept(at)[0])
        figures["probability of a result"] = float(knowledge.success.probability(at)[0])
        return Suggestion(self.space.values(found.row), self.name, self._why(worth, predicted), ids, predicted, figures)

    def _lengths(self, quantity: str, model: Surrogate) -> dict[str, Figure]:
        """Return over what distance the quantity changes in each variable, or in its logarithm."""
        found: dict[str, Figure] = {}
        for variable, length in zip(self.space.variables, model.lengths, strict=True):
            logs = variable.logarithmic
            span = np.log(variable.high / variable.low) if logs else variable.high - variable.low
            found[f"length of {quantity} in {'ln ' if logs else ''}{variable.name}"] = float(length * span)
        return found

    def _why(self, worth: Worth, predicted: dict[str, Predicted]) -> str:
        parts: list[str] = []
        for each in self.objectives:
            best, at = sign(each) * worth.best(each), predicted[each.name]
            unit = f" {each.unit}" if each.unit else ""
            better = each.sign * (at.mean - best) > 0.0
            word = "better than" if better else "uncertain enough to beat"
            mean = f"{at.mean:.4g} ± {at.sd:.2g}{unit}"
            parts.append(f"{each.name} is expected at {mean}, {word} the best so far, {best:.4g}{unit}")
        gain = "the area gained over the front" if len(self.objectives) == 2 else "the expected improvement"
        return f"{gain} is largest here: {'; '.join(parts)}"


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    """Return the numerical libraries loaded: one thread each, for the same bits on every machine."""
    return ThreadpoolController()
