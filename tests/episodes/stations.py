"""Random stations: the benches that episodes run on, with what a recipe and the limits of a wire must know of them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autosynth.station.drivers import driver_entry
from autosynth.station.load import parse_station

ROOT = Path(__file__).parents[2]
POM = ROOT / "protocols" / "pom"
ONE = ROOT / "tests" / "stations" / "one_vessel.yaml"
MILL = ROOT / "tests" / "stations" / "milling.yaml"


@dataclass(frozen=True, slots=True)
class Station:
    """A bench for an episode.

    Attributes:
        kind: "one" (a pump, a hotplate), "pom" (two pumps, a selector, two potentiostats), "nmr" (with a carousel),
            "mill" (a mill with its guard, a balance, a syringe, an instrument that writes files).
        text: The station file.
        path: Where it could lie.
        devices: Device -> its simulated model.
        head: The recipe up to its steps, with `{seed}`.
        library: The species library's file, None for none.
    """

    kind: str
    text: str
    path: Path
    devices: Mapping[str, str]
    head: str
    library: Path | None


_HEADS = {
    "one": """autosynth: 1
title: episode {seed}
needs: {{reactor: stirred_vessel}}
reagents: {{SiW9: {{}}, acetone: {{}}}}
parameters: {{patience: {{default: 5 s, min: 1 s, max: 20 s}}}}
define: {{cluster: {{per: {{SiW9: 2}}, charge: 2 umol}}}}
steps:
""",
    "pom": """autosynth: 1
title: episode {seed}
library: {library}
needs: {{reactor: stirred_vessel, cell: measuring_cell, second: measuring_cell, vial: vial}}
reagents: {{SiW9: {{}}, acetone: {{}}, NaOTf: {{}}, Mn(acac)3: {{formula: C15H21MnO6}}}}
parameters: {{patience: {{default: 5 s, min: 1 s, max: 20 s}}}}
define: {{cluster: {{per: {{SiW9: 2}}, charge: 2 umol}}}}
steps:
""",
    "nmr": """autosynth: 1
title: episode {seed}
library: {library}
needs: {{reactor: stirred_vessel, tubes: nmr_tube_rack}}
reagents: {{P2W17: {{}}, Zn(OAc)2: {{}}, buffer: {{}}}}
parameters: {{patience: {{default: 5 s, min: 1 s, max: 20 s}}}}
define: {{ligand: {{per: {{P2W17: 1}}, charge: 2 umol}}}}
overrides: [{{rule: POM-PH, reason: it is simulated}}]
steps:
""",
    "mill": """autosynth: 1
title: episode {seed}
needs: {{jar: jar, ir: infrared_spectrometer}}
reagents:
  Ru2: {{species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}}
  Cu: {{species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}}
  MeOH: {{}}
steps:
""",
}
_ROLES = "roles: {cell: cell, reactor: reactor}"


def random_station(chance: random.Random) -> Station:
    """Return one of the benches with options by chance: mostly the smallest, since many short episodes find more."""
    kind = chance.choices(["one", "pom", "nmr"], weights=[6, 3, 1])[0]
    protocol = chance.choice(["oem", "dt"])
    changes = {
        "protocol: oem": f"protocol: {protocol}",
        "max_stroke: 20 s": f"max_stroke: {chance.choice([8, 20])} s",
        "positioning: fine": f"positioning: {chance.choice(['fine', 'fine', 'standard'])}",
        "carry_over: 0.1 %": f"carry_over: {chance.choice(['0.1', '0'])} %",
    }
    if kind == "one":
        changes["syringe: 1 mL"] = f"syringe: {chance.choice(['1', '2.5'])} mL"
    return _changed(kind, changes)


def milling_station(chance: random.Random) -> Station:
    """Return the milling bench with options by chance."""
    changes = {
        "model: delta_ms300": f"model: {chance.choice(['delta_ms300', 'delta_el', 'delta_ed'])}",
        "silence: 10 s": f"silence: {chance.choice([5, 10, 20])} s",
        "ramp: 5 s": f"ramp: {chance.choice([3, 5])} s",
        "watchdog: 10 s": f"watchdog: {chance.choice([5, 10])} s",
    }
    return _changed("mill", changes)


def _changed(kind: str, changes: Mapping[str, str]) -> Station:
    path = {"one": ONE, "pom": POM / "station.yaml", "nmr": POM / "station_nmr.yaml", "mill": MILL}[kind]
    library = {"one": None, "mill": None, "pom": POM / "species" / "pom_a.yaml", "nmr": POM / "species" / "pom_b.yaml"}[
        kind
    ]
    text = path.read_text(encoding="utf-8")
    if kind == "pom":
        changes = {**changes, _ROLES: "roles: {cell: cell, second: cell_2, vial: vial_s1, reactor: reactor}"}
    for old, new in changes.items():
        if old not in text:
            message = f"{path} says no {old!r} any more"
            raise ValueError(message)
        text = text.replace(old, new)
    specs = parse_station(text, str(path)).devices
    devices = {name: driver_entry(spec.driver).simulator for name, spec in specs.items()}
    head = _HEADS[kind].replace("{library}", "" if library is None else str(library))
    return Station(kind, text, path, devices, head, library)
