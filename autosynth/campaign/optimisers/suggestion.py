"""An experiment that an optimiser proposes, with what it knew, what it expects and why it chose this one.

The journal keeps it as JSON, so that a campaign's every choice can be read and replayed years later.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Figure = float | int | str | bool


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is expected of one measured quantity before the experiment: mean and standard deviation, in its unit.

    The deviation is of the true value, without the noise of the measurement.
    """

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposed experiment.

    Raises:
        ValueError: a number is not finite, which JSON cannot hold.
    """

    values: Mapping[str, float]
    """Variable's name -> value in the variable's unit; a point of the space."""
    method: str
    """Who chose: the optimiser's name as in campaign.yaml."""
    reason: str
    """Why this point, a sentence for a person."""
    known: tuple[str, ...] = ()
    """Ids of the observations that were used, in the order they were given; pending and failed ones included."""
    predicted: Mapping[str, Predicted] = field(default_factory=dict)
    """Objective's or limit's name -> expectation; empty for a design, which expects nothing."""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """The numbers of the choice: the acquisition, the best so far, the model's lengths, what was redrawn."""

    def __post_init__(self) -> None:
        numbers = [*self.values.values(), *(n for each in self.predicted.values() for n in (each.mean, each.sd))]
        numbers += [n for n in self.figures.values() if isinstance(n, (int, float))]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"a suggestion with a number that is not finite: {self}")

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data for the journal."""
        predicted = {name: asdict(each) for name, each in self.predicted.items()}
        plain = {"values": dict(self.values), "method": self.method, "reason": self.reason, "known": list(self.known)}
        return plain | {"predicted": predicted, "figures": dict(self.figures)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Suggestion":
        """Return what `to_json` made plain; equal to what it was.

        Raises:
            KeyError: a field is missing.
        """
        predicted = {name: Predicted(each["mean"], each["sd"]) for name, each in plain["predicted"].items()}
        known = tuple(plain["known"])
        return cls(dict(plain["values"]), plain["method"], plain["reason"], known, predicted, dict(plain["figures"]))
