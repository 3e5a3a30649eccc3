"""Random steps for the milling bench: powders, liquid, blocks with pauses, lids, weights, files, waits."""

import random
from collections.abc import Callable

Draw = Callable[[random.Random, int], str]
BEGINNING = (
    "dose: {reagent: Ru2, to: jar, mass: 60 mg, tolerance: 2 %}",
    "dose: {reagent: Cu, to: jar, mass: 50 mg, tolerance: 2 %}",
)
WET = ", liquid: MeOH, eta: {eta} uL/mg, rate: {rate} mL/min"


def _dose(chance: random.Random, number: int) -> str:
    reagent, mass_mg = chance.choice(["Ru2", "Cu"]), chance.randint(2, 60)
    return f"dose: {{reagent: {reagent}, to: jar, mass: {mass_mg} mg, tolerance: {chance.choice([2, 5])} %}}"


def _grind(chance: random.Random, number: int) -> str:
    for_s, block_s = chance.randint(6, 90), chance.choice([20, 40, 900])
    eta, rate = chance.choice([0.5, 0.6, 0.8]), chance.choice([0.2, 0.5])
    liquid = WET.format(eta=eta, rate=rate) if chance.random() < 0.5 else ""
    times = f"for: {for_s} s, block: {block_s} s, pause: 5 min"
    return f"grind: {{vessel: jar, frequency: {chance.randint(5, 30)} Hz, {times}{liquid}}}"


def _opened(chance: random.Random, number: int) -> str:
    inner = chance.choice(["{weigh: {vessel: jar, as: NAME}}", _measured(chance, number), "{note: open}"])
    steps = ["{vent: {vessel: jar}}", "{open: {vessel: jar}}", inner.replace("NAME", f"w{number}")]
    return f"repeat: {{name: opened {number}, at_most: 1, at_cap: accept, steps: [{', '.join(steps)}]}}"


def _measured(chance: random.Random, number: int) -> str:
    return f"{{measure: {{infrared: {{}}, in: ir, of: jar, aliquot: 2 mg, as: ir{number}}}}}"


def _weigh(chance: random.Random, number: int) -> str:
    return f"weigh: {{vessel: jar, as: mass{number}}}"


def _wait(chance: random.Random, number: int) -> str:
    return f"wait: {{for: {chance.randint(2, 60)} s, tolerance: 30 min}}"


def _close(chance: random.Random, number: int) -> str:
    return "close: {vessel: jar}"


def _note(chance: random.Random, number: int) -> str:
    return f"note: remark {number}"


DRAWS: tuple[Draw, ...] = (_dose, _dose, _grind, _grind, _grind, _opened, _opened, _weigh, _wait, _close, _note)
