"""Steps that conclude from what has been measured so far; they move nothing and measure nothing."""

from typing import ClassVar

from pydantic import Field

from autosynth.language.validation import Located
from autosynth.recipe.parts import Identifier, Label
from autosynth.recipe.step import StepBase


class Titration(Located):
    """Where a titration ends, and whether its curve has one straight segment or two plateaus.

    Equivalents are those of the ledger in each sample: what was added per what it was added to.
    """

    of: Identifier
    """The measurement whose rounds are the titration's points."""
    added: Label
    """The reagent that is added, or a parameter that chooses it."""
    to: Label
    """The reagent that it is added to."""
    free: Label
    """The species that is used up, as the library calls it."""
    first: Label
    """The species with one of what is added."""
    second: Label
    """The species with two of what it is added to."""


class Evaluate(StepBase):
    """Conclude from measurements made so far; its numbers are called `<as>.<quantity>`."""

    verb: ClassVar[str] = "evaluate"
    titration: Titration
    """A titration's end-point: quantities `end_point` (equivalents) and `evidence`, and a verdict in words."""
    as_: Identifier = Field(alias="as")
    """Results are called `<as>.<quantity>`."""
