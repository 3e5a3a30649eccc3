"""The station file's entries for plumbing: lines, and how they are kept clean."""

from typing import Any

from pydantic import Field, PositiveInt

from autosynth.language.validation import Located
from autosynth.station.entrytypes import Name, Ratio, Volume


class PlumbingEntry(Located):
    """Lines and how they are kept clean."""

    lines: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    """Tubes, each with two ends, a volume and what stands in it."""
    push: dict[str, Any] | None = None
    """The gas push after a dose."""
    rinse: dict[str, Any] | None = None
    """The rinse between different liquids."""
    carry_over: Ratio = 0.0
    """The share of a line that stays behind as a film when another liquid follows."""


class LineEntry(Located):
    """A tube."""

    name: Name
    """What the line is called."""
    from_: Name = Field(alias="from")
    """One end: a vessel, or "device:port"."""
    to: Name
    """The other end."""
    volume: Volume
    """Inner volume."""
    filled: Name
    """What stands in it when fresh."""


class PushEntry(Located):
    """The gas push after a dose."""

    with_: Name = Field(alias="with")
    """The gas that clears a path after a dose."""
    excess: Volume = 0.0
    """Beyond the path's dead volume."""


class RinseEntry(Located):
    """The rinse between different liquids."""

    with_: Name = Field(alias="with")
    """The stock that rinses syringe and shared lines."""
    volume: Volume
    """How much each time."""
    times: PositiveInt = 1
    """How many times."""
