"""Asks an optimiser for the next rows: what has been observed is read from the record, what it says goes on record."""

from dataclasses import dataclass
from typing import Any

from autosynth.campaign.optimisers.optimiser import Measured, Observation, Optimiser, generator
from autosynth.campaign.space.space import Space
from autosynth.campaign.standing import RowRecord, Standing
from autosynth.campaign.varying import settings_of
from autosynth.recipe.model import Recipe
from autosynth.units import UnitError

SUGGESTED = "suggestion"
"""The source of a row that an optimiser has chosen."""


@dataclass(frozen=True, slots=True)
class OptimiserChooser:
    """Chooses up to `rows` rows, `batch` at once, each from everything that has been observed before it."""

    optimiser: Optimiser
    space: Space
    recipe: Recipe
    rows: int
    batch: int
    seed: int

    def choose(self, standing: Standing) -> list[dict[str, Any]]:
        """Return the next rows as the record keeps them; none when all have been chosen or nothing is left to try.

        Raises:
            InputError: the observations do not fit the space.
        """
        chosen = sum(row.source == SUGGESTED for row in standing.rows.values())
        observed = observations(standing, self.space, self.recipe)
        left = self.rows - chosen
        if left <= 0 or self.optimiser.finished(observed):
            return []
        suggested = self.optimiser.suggest(observed, min(self.batch, left), generator(self.seed, chosen))
        names = _names(standing, len(suggested))
        return [
            {"name": name, "settings": self._settings(each.values, standing), "suggestion": each.to_json()}
            for name, each in zip(names, suggested, strict=True)
        ]

    def finished(self, standing: Standing) -> str:
        """Return the optimiser's own word for why it is done; empty if it has none."""
        return self.optimiser.finished(observations(standing, self.space, self.recipe))

    def _settings(self, values: Any, standing: Standing) -> dict[str, str]:
        return {**standing.opening.get("fixed", {}), **settings_of(values, self.recipe)}


def _names(standing: Standing, count: int) -> list[str]:
    number, names = len(standing.rows), list[str]()
    while len(names) < count:
        number += 1
        if str(number) not in standing.rows:
            names.append(str(number))
    return names


def observations(standing: Standing, space: Space, recipe: Recipe) -> list[Observation]:
    """Return what was observed at points of the space, in the order of the rows; rows elsewhere tell nothing here."""
    found: list[Observation] = []
    for row in standing.rows.values():
        values = _values(row, space, recipe)
        if values is not None and not space.refusals(values):
            found.append(_observation(row, values))
    return found


def _values(row: RowRecord, space: Space, recipe: Recipe) -> dict[str, float] | None:
    """Return where in the space a row lies; None when it does not say every variable as a number."""
    if row.suggestion is not None:
        return dict(row.suggestion["values"])
    try:
        settings = recipe.parameters_with(row.settings)
    except UnitError:
        return None
    values: dict[str, float] = {}
    for name in space.names:
        value = settings[name]
        if isinstance(value, str):
            return None
        values[name] = value.value
    return values


def _observation(row: RowRecord, values: dict[str, float]) -> Observation:
    last = row.last
    if last is None or row.underway:
        return Observation(row.name, values)
    told = last.told.get("objectives", {})
    measured = {name: Measured(float(each["value"]), float(each["sd"])) for name, each in told.items()}
    if last.complete and measured:
        return Observation(row.name, values, measured)
    why = last.told.get("reason") or (last.state if not last.complete else "nothing could be measured")
    return Observation(row.name, values, failed=str(why))
