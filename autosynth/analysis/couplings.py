"""What a library of lines says of coupled neighbours: their isotopes, how many there are, how strongly they couple."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0)]
Part = Annotated[float, Field(gt=0, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Isotope(_Entry):
    """An isotope of spin 1/2 of a neighbour."""

    abundance: Part
    """Part of all atoms of that element; what is left over to one does not couple."""
    ratio: Positive = 1.0
    """Its coupling as part of the one that lines state."""


class Partner(_Entry):
    """A kind of neighbour that lines couple to."""

    isotopes: tuple[Isotope, ...] = Field(min_length=1)
    """Those that couple."""
    source: str
    """Provenance: `seed`, `literature: ...`, `measured: ...` or `assumption: ...`."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if sum(one.abundance for one in self.isotopes) > 1.0 + 1e-9:
            raise ValueError("abundances of isotopes sum to more than one")
        return self


class Coupling(_Entry):
    """So many equivalent neighbours of one kind, to first order."""

    to: str
    """The partner's name."""
    count: Annotated[int, Field(ge=1, le=64)]
    """How many."""
    j_hz: Positive
    """Coupling constant of an isotope with ratio 1; its sign shows in nothing."""


class Window(_Entry):
    """Where signals stand that no species explains in detail, such as a ligand's protons in all of its clusters.

    The bins in it are not fitted; what its signals add outside is, as a series about the middle of their power.
    """

    nucleus: str | None = None
    """Of that nucleus; that of the library if not given."""
    shift_ppm: float
    """Where they are."""
    half_hz: Positive
    """Half of its width."""
    off_hz: Positive
    """How far from `shift_ppm` their middle may be."""
    width_hz: Positive = 1.5
    """How broad their lines usually are, with the magnet's share."""
    terms: Annotated[int, Field(ge=1, le=12)] = 6
    """Of the series: more for signals that spread over more of the window."""
    about: str
    """What stands there."""
