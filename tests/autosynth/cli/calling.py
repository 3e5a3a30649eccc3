"""The command line called in this process, and the small recipes that its tests run."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from autosynth.cli.main import app

STATION = Path(__file__).parents[2] / "stations" / "one_vessel.yaml"
DOSE = """\
autosynth: 1
title: One dose
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}}
parameters:
  much: {default: 1 mL, min: 0.1 mL, max: 2 mL}
steps:
  - stir: {vessel: reactor, speed: 400 rpm}
  - add: {reagent: SiW9, to: reactor, volume: much, rate: 2 mL/min}
"""
NOTHING = """\
autosynth: 1
title: A remark and a rest
steps:
  - note: nothing moves
  - wait: {for: 1 min, tolerance: 10 s}
"""


@dataclass(frozen=True)
class Called:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output; NaN and Infinity are refused."""
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(text: str) -> Any:
    message = f"{text} is no JSON"
    raise ValueError(message)


def call(*arguments: str | Path) -> Called:
    """Call `autosynth` with arguments; an error that nobody foresaw is raised."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    return Called(result.exit_code, result.stdout, result.stderr)


def place(folder: Path, recipe: str) -> Path:
    """Write a recipe with the smallest station beside it and return its path."""
    shutil.copy(STATION, folder / "station.yaml")
    path = folder / "recipe.yaml"
    path.write_text(recipe, encoding="utf-8")
    return path
