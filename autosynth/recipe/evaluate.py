"""Steps that conclude: they look at measurements made so far, and nothing moves."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from autosynth.language.validation import FieldError, Located
from autosynth.recipe.parts import Identifier, Label
from autosynth.recipe.step import RatioField, StepBase

CONCLUSIONS = ("titration", "spectra")


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


class Spectra(Located):
    """How much there is of each species, by spectra of several nuclei of one sample, fitted together.

    With a target it is also judged whether there is enough of it. Where the library knows what the species turn into,
    a purity that no mixture can have is refused before the run.
    """

    of: Annotated[tuple[Identifier, ...], Field(min_length=2, max_length=4)]
    """The measurements, by NMR and each of another nucleus; the last round of each."""
    species: tuple[Label, ...] = ()
    """Species, or stages of the library, that may be there; all if none is given."""
    target: Label | None = None
    """The species that is wanted."""
    purity: RatioField | None = None
    """The least part that it is to have of all."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.target is None) != (self.purity is None):
            given, missing = ("target", "purity") if self.purity is None else ("purity", "target")
            hint = "add purity: 60 %" if missing == "purity" else "add target: and the species"
            raise FieldError(f"{given} without {missing}", hint, given)
        if twice := sorted({name for name in self.of if self.of.count(name) > 1}):
            raise FieldError(f"{twice[0]} is named twice", "name each measurement once", "of")
        return self


class Evaluate(StepBase):
    """Conclude from measurements made so far; its numbers are called `<as>.<quantity>`."""

    verb: ClassVar[str] = "evaluate"
    titration: Titration | None = None
    """A titration's end-point: quantities `end_point` (equivalents) and `evidence`, and a verdict in words."""
    spectra: Spectra | None = None
    """Parts of all species by several nuclei together, and a verdict where there is a target."""
    as_: Identifier = Field(alias="as")
    """Results are called `<as>.<quantity>`."""

    @property
    def conclusion(self) -> str:
        """Return what is concluded, one of `CONCLUSIONS`."""
        return next((name for name in CONCLUSIONS if getattr(self, name) is not None), "titration")

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the measurements it is concluded from."""
        if self.titration is not None:
            return (self.titration.of,)
        return () if self.spectra is None else self.spectra.of

    @model_validator(mode="after")
    def _one_conclusion(self) -> Self:
        given = [name for name in CONCLUSIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise FieldError("evaluate needs one conclusion", f"write one of {', '.join(CONCLUSIONS)}: {{...}}", "as")
        return self
