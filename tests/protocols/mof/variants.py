"""Recipes made of the shipped ones with something changed, and small ones of their own on the milling bench."""

from pathlib import Path

from tests.protocols.mof.published import FOLDER

HEAD = """autosynth: 1
title: A test on the milling bench
needs: {jar: jar}
reagents:
  Ru2: {species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  CuNO3: {species: Cu(NO3)2.2.5H2O, formula: Cu(NO3)2(H2O)2.5}
  MeOH: {}
"""
CHARGE = """steps:
  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}
  - dose: {reagent: Cu, to: jar, mass: 85.3 mg}
"""


def written(folder: Path, steps: str, name: str = "recipe.yaml") -> Path:
    """Write a recipe that charges the jar as the product's does and goes on with these steps."""
    path = folder / name
    path.write_text(HEAD + CHARGE + steps, encoding="utf-8")
    return path


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Write a shipped recipe with something changed, which must occur once."""
    text = (FOLDER / name).read_text(encoding="utf-8").replace(" species/", f" {FOLDER}/species/")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def station_with(folder: Path, *changes: tuple[str, str], name: str = "station.yaml") -> Path:
    """Write the shipped station with something changed."""
    text = (FOLDER / "station.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
