"""Random valid one-vessel recipes: what a seed turns into."""

import random

HEAD = """autosynth: 1
title: episode {seed}
needs: {{reactor: stirred_vessel}}
reagents: {{SiW9: {{}}, acetone: {{}}}}
define: {{cluster: {{per: {{SiW9: 2}}, charge: 2 umol}}}}
steps:
  - stir: {{vessel: reactor, speed: 300 rpm}}
  - add: {{reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 3 mL/min}}
"""


def random_recipe(seed: int) -> str:
    """Return a recipe of two to six further steps that any fresh one-vessel bench can run."""
    chance = random.Random(seed)
    steps = [_step(chance, number) for number in range(chance.randint(2, 6))]
    return HEAD.format(seed=seed) + "".join(f"  - {step}\n" for step in steps)


def _step(chance: random.Random, number: int) -> str:
    reagent = chance.choice(["SiW9", "acetone"])
    rate = chance.choice([1, 2, 5])
    return chance.choice(
        [
            f"add: {{reagent: {reagent}, to: reactor, volume: {chance.randint(20, 1400)} uL, rate: {rate} mL/min}}",
            f"add: {{reagent: SiW9, to: reactor, equivalents: {chance.randint(2, 20) / 10}, of: cluster in reactor}}",
            f"wait: {{for: {chance.randint(5, 120)} s, tolerance: 10 min}}",
            f"stir: {{vessel: reactor, speed: {chance.randint(2, 8) * 50} rpm}}",
            f"repeat: {{name: doses {number}, at_most: {chance.randint(2, 4)}, steps: "
            f"[{{add: {{reagent: {reagent}, to: reactor, volume: {chance.randint(20, 200)} uL, rate: 2 mL/min}}}}]}}",
        ]
    )


def random_faults(seed: int) -> list[str]:
    """Return none to three faults on the pump or the hotplate."""
    chance = random.Random(seed * 7919 + 1)
    return [_fault(chance) for _ in range(chance.choice([0, 1, 2, 3, 4]))]


def _fault(chance: random.Random) -> str:
    device = chance.choice(["pump", "pump", "hotplate"])
    number, time_s = chance.randint(3, 150), round(chance.uniform(1, 90), 2)
    return chance.choice(
        [
            f"{device}:drop_reply@n={number}",
            f"{device}:late_reply@n={number},by={chance.choice([0.05, 0.5, 3])}",
            f"{device}:corrupt_reply@n={number}",
            f"{device}:duplicate_reply@n={number}",
            f"{device}:truncate_reply@n={number}",
            f"{device}:garbage@t={time_s}",
            f"{device}:silent@t={time_s},for={chance.choice([0.3, 2, 8])}",
            f"{device}:power_cycle@t={time_s}",
            f"{device}:unplug@t={time_s},for={chance.choice([0.5, 3, 20])}",
            f"pump:power_cycle@t={time_s}",
            f"pump:stall@t={time_s}",
            f"pump:busy_forever@t={time_s},for=60",
        ]
    )
