"""Random recipes: steps for each kind of bench, most of them accepted by `check`; the others are drawn anew."""

import random
from collections.abc import Callable

from tests.episodes import millrecipes
from tests.episodes.stations import Station

Draw = Callable[[random.Random, int], str]

CV = "{begin: 0 V, vertex1: -0.6 V, vertex2: 0 V, step: 10 mV, rate: 1 V/s, range: 1 mA, quiet: 1 s}"


def random_steps(chance: random.Random, station: Station) -> tuple[str, ...]:
    """Return the text of each step: a beginning that puts something into the reactor, and one to six more."""
    kind, draws = station.kind, _DRAWS[station.kind]
    count = chance.choice([1, 2, 2, 3, 3, 4, 6] if kind == "one" else [1, 1, 2, 2, 3])
    return (*_BEGINNINGS[kind], *(chance.choice(draws)(chance, number) for number in range(count)))


_BEGINNINGS: dict[str, tuple[str, ...]] = {
    "mill": millrecipes.BEGINNING,
    "one": (
        "stir: {vessel: reactor, speed: 300 rpm}",
        "add: {reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 3 mL/min}",
    ),
    "pom": (
        "stir: {vessel: reactor, speed: 300 rpm}",
        "add: {reagent: acetone, to: reactor, volume: 1.5 mL, rate: 10 mL/min}",
        "add: {reagent: SiW9, to: reactor, volume: 0.3 mL, rate: 5 mL/min}",
    ),
    "nmr": (
        "stir: {vessel: reactor, speed: 300 rpm}",
        "add: {reagent: P2W17, to: reactor, volume: 2 mL, rate: 10 mL/min}",
    ),
}


def _add(*reagents: str) -> Draw:
    def draw(chance: random.Random, number: int) -> str:
        volume_ul, rate = chance.randint(20, 900), chance.choice([1, 2, 5])
        reagent = chance.choice(reagents)
        return f"add: {{reagent: {reagent}, to: reactor, volume: {volume_ul} uL, rate: {rate} mL/min}}"

    return draw


def _equivalents(chance: random.Random, number: int) -> str:
    return f"add: {{reagent: SiW9, to: reactor, equivalents: {chance.randint(2, 20) / 10}, of: cluster in reactor}}"


def _salt(chance: random.Random, number: int) -> str:
    return f"add: {{reagent: NaOTf, to: reactor, volume: {chance.randint(10, 300)} uL, rate: 1 mL/min}}"


def _wait(chance: random.Random, number: int) -> str:
    return f"wait: {{for: {chance.randint(2, 60)} s, tolerance: 10 min}}"


def _stir(chance: random.Random, number: int) -> str:
    lasting = chance.choice(["", "", ", for: 10 s"])
    return f"stir: {{vessel: reactor, speed: {chance.randint(2, 12) * 50} rpm{lasting}}}"


def _heat(chance: random.Random, number: int) -> str:
    if chance.random() < 0.25:
        return "cool: {vessel: reactor, off: true}"
    hold = chance.choice(["true", "false"])
    target_c = chance.randint(24, 32)
    return f"heat: {{vessel: reactor, to: {target_c} °C, within: 5 min, tolerance: 4 K, hold: {hold}}}"


def _repeat(reagent: str) -> Draw:
    def draw(chance: random.Random, number: int) -> str:
        dose = f"{{add: {{reagent: {reagent}, to: reactor, volume: {chance.randint(20, 150)} uL, rate: 2 mL/min}}}}"
        return f"repeat: {{name: doses {number}, at_most: {chance.randint(2, 3)}, steps: [{dose}, {{wait: patience}}]}}"

    return draw


def _when(chance: random.Random, number: int) -> str:
    limit_s, speed = chance.choice([2, 10]), chance.randint(4, 8) * 50
    then, other = "[{wait: patience}]", f"[{{stir: {{vessel: reactor, speed: {speed} rpm}}}}, {{note: so it is}}]"
    return f"when: {{condition: patience > {limit_s} s, then: {then}, else: {other}}}"


def _parallel(reagent: str, *beside: str) -> Draw:
    """Draw a dose beside something that does not concern the reactor."""

    def draw(chance: random.Random, number: int) -> str:
        dose = f"{{add: {{reagent: {reagent}, to: reactor, volume: {chance.randint(50, 400)} uL}}}}"
        return f"parallel: {{branches: [[{dose}], [{chance.choice(beside)}, {{wait: {chance.randint(1, 20)} s}}]]}}"

    return draw


def _flush(line: str, stock: str) -> Draw:
    return lambda chance, number: f"clean: {{line: {line}, with: {stock}, volume: {chance.choice([0.2, 0.3])} mL}}"


def _note(chance: random.Random, number: int) -> str:
    return f"note: remark {number}"


def _out(chance: random.Random, number: int) -> str:
    volume_ul = chance.randint(200, 800)
    if chance.random() < 0.5:
        return f"sample: {{from: reactor, to: vial, volume: {volume_ul} uL, as: S{number}}}"
    return f"transfer: {{from: reactor, to: vial, volume: {volume_ul} uL, rate: {chance.choice([2, 5])} mL/min}}"


def _there_and_back(chance: random.Random, number: int) -> str:
    out = f"{{transfer: {{from: reactor, to: vial, volume: {chance.randint(300, 700)} uL}}}}"
    back = chance.choice(
        ["{transfer: {from: vial, to: reactor, volume: all}}", "{clean: {vessel: vial, with: acetone, volume: 0.5 mL}}"]
    )
    return f"repeat: {{name: there and back {number}, at_most: 1, at_cap: accept, steps: [{out}, {back}]}}"


def _scan(chance: random.Random, number: int) -> str:
    cell, volume_ml = chance.choice([("cell", 0.2), ("cell", 0.4), ("second", 0.6)])
    many = chance.choice([1, 1, 2])
    species = "species: [manganese]"
    return (
        f"measure: {{voltammetry: {CV}, of: reactor, sample: {volume_ml} mL, in: {cell}, as: cv{number}, "
        f"{species}, scans_at_most: {many}}}"
    )


def _spectrum(chance: random.Random, number: int) -> str:
    nmr = f"{{nucleus: 31P, scans: {chance.choice([4, 8])}, repetition: 2 s, acquisition: 1.6 s}}"
    return f"measure: {{nmr: {nmr}, of: reactor, sample: 0.6 mL, in: tubes, as: p{number}, species: [zinc]}}"


_DRAWS: dict[str, tuple[Draw, ...]] = {
    "mill": millrecipes.DRAWS,
    "one": (
        _add("SiW9", "acetone"),
        _add("SiW9", "acetone"),
        _equivalents,
        _wait,
        _stir,
        _heat,
        _repeat("SiW9"),
        _when,
        _parallel("acetone", "{note: beside it}"),
        _flush("reactor_line", "acetone"),
        _note,
    ),
    "pom": (
        _add("SiW9", "acetone"),
        _salt,
        _wait,
        _stir,
        _heat,
        _repeat("NaOTf"),
        _parallel("NaOTf", "{note: beside it}", "{clean: {vessel: vial, with: acetone, volume: 0.4 mL}}"),
        _out,
        _out,
        _there_and_back,
        _scan,
        _scan,
        _flush("trunk", "acetone"),
    ),
    "nmr": (
        _add("Zn(OAc)2", "buffer"),
        _stir,
        _spectrum,
        _spectrum,
        _parallel("buffer", "{note: beside it}"),
        _repeat("Zn(OAc)2"),
    ),
}
