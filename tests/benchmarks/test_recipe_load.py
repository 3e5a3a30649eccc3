"""Loading ten thousand steps: ours with places, units and names, beside PyYAML's C loader and pydantic."""

import random
import statistics
import time
from collections.abc import Callable
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter

from autosynth.recipe.load import parse_recipe

STEPS = 10_000
ROUNDS = 5


class Plain(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddFields(Plain):
    reagent: str
    to: str
    volume: str | None = None
    rate: str | None = None
    equivalents: float | None = None
    of: str | None = None


class StirFields(Plain):
    vessel: str
    speed: str
    for_: str | None = None
    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class WaitFields(Plain):
    for_: str
    tolerance: str | None = None
    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.rstrip("_"))


class HeatFields(Plain):
    vessel: str
    to: str
    within: str | None = None
    tolerance: str = "2 K"


class AddStep(Plain):
    add: AddFields


class StirStep(Plain):
    stir: StirFields


class WaitStep(Plain):
    wait: WaitFields


class HeatStep(Plain):
    heat: HeatFields


PlainStep = Annotated[
    Annotated[AddStep, Tag("add")]
    | Annotated[StirStep, Tag("stir")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[HeatStep, Tag("heat")],
    Discriminator(lambda step: next(iter(step))),
]


class PlainRecipe(Plain):
    autosynth: Literal[1]
    title: str
    needs: dict[str, str]
    reagents: dict[str, dict[str, str]]
    parameters: dict[str, dict[str, float]]
    define: dict[str, dict[str, object]]
    steps: list[PlainStep]


def recipe_text(steps: int, seed: int) -> str:
    """Return a recipe with that many steps of five kinds, with varied quantities."""
    rng = random.Random(seed)
    lines = [
        "autosynth: 1",
        "title: Ten thousand steps",
        "needs: {reactor: stirred_vessel}",
        "reagents: {SiW9: {requires: 9 to 11 mmol/L in acetone}, Mn: {requires: 45 to 55 mmol/L}}",
        "parameters: {cap: {default: 2.2, min: 2.0, max: 2.2}}",
        "define: {cluster: {per: {SiW9: 2}, charge: 25 umol}}",
        "steps:",
    ]
    for number in range(steps):
        lines += _step(number % 5, rng)
    return "\n".join(lines) + "\n"


def _step(kind: int, rng: random.Random) -> list[str]:
    add = ["  - add:", f"      reagent: {rng.choice(['SiW9', 'Mn'])}", "      to: reactor"]
    minutes = f"{rng.randrange(1, 600)} min"
    match kind:
        case 0:
            return [
                *add,
                f"      volume: {rng.uniform(0.01, 5):.3f} mL",
                f"      rate: {rng.uniform(0.1, 5):.2f} mL/min",
            ]
        case 1:
            return [*add, f"      equivalents: {rng.uniform(0.1, 5):.2f}", "      of: cluster in reactor"]
        case 2:
            return [
                "  - stir:",
                "      vessel: reactor",
                f"      speed: {rng.randrange(100, 800)} rpm",
                f"      for: {minutes}",
            ]
        case 3:
            return ["  - wait:", f"      for: {minutes}", f"      tolerance: {rng.randrange(1, 60)} s"]
        case _:
            to = f"      to: {rng.uniform(20, 50):.1f} °C"
            return ["  - heat:", "      vessel: reactor", to, f"      within: {minutes}", "      tolerance: 2 K"]


def seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start_s = time.perf_counter()
    call()
    return time.perf_counter() - start_s


def test_ours_and_the_usual_way_load_the_same_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """Both find all steps; medians of alternating runs and their ratio are printed (aim: 3 or more)."""
    text = recipe_text(STEPS, seed=1)
    adapter = TypeAdapter(PlainRecipe)
    assert len(parse_recipe(text).steps) == STEPS
    assert len(adapter.validate_python(yaml.load(text, Loader=yaml.CSafeLoader)).steps) == STEPS
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: parse_recipe(text)))
        theirs.append(seconds(lambda: adapter.validate_python(yaml.load(text, Loader=yaml.CSafeLoader))))
    our_ms, their_ms = statistics.median(ours) * 1e3, statistics.median(theirs) * 1e3
    with capsys.disabled():
        print(f"\n{STEPS} steps: {our_ms:.0f} ms, CSafeLoader + pydantic {their_ms:.0f} ms: {their_ms / our_ms:.2f} x")
