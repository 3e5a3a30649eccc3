"""Jars, powders and syringes in a station file: what is read of good ones, and what is said of bad ones, and where."""

from typing import Any

import pytest

from autosynth.errors import InputError
from autosynth.station.model import Balls
from autosynth.station.plumbing import Infusion, Plumbing
from autosynth.units import Uncertain
from tests.autosynth.station.millbench import CU, RU, TEXT, mill_bench

approx: Any = pytest.approx
SLIPS = [
    # written, mistaken, where (a text, just behind the ^), message, hint
    ("milled_by: mill", "milled_by: mil", "^kind: jar", "jar: there is no device 'mil'", "did you mean mill?"),
    ("milled_by: mill", "milled_by: balance", "^kind: jar", "jar: balance is no mill", ""),
    ("guarded_by: guard", "guarded_by: gard", "^kind: jar", "there is no device 'gard'", "did you mean guard?"),
    ("guarded_by: guard", "guarded_by: feed", "^kind: jar", "feed is no inputs or sensor", ""),
    ("dosed_by: balance", "dosed_by: mill", "^kind: jar", "mill is no doser or balance", ""),
    ("loaded_in: feed", "loaded_in: fed", "^contains: {}", "MeOH: there is no device 'fed'", "did you mean feed?"),
    ("loaded_in: feed", "loaded_in: guard", "^contains: {}", "MeOH: guard is no infuser", ""),
    ("head: CU-2611", "head: RU-2611", f"{CU}: ^{{", "two powders are in the head RU-2611", ""),
    (f"{CU}: {{", "jar: {", "jar: ^{mass", "the name 'jar' is used twice", "rename"),
    (f"{CU}: {{", "mill: {", "mill: ^{mass", "the name 'mill' is used twice", "rename"),
    ("purity: 99.0 ± 0.5 %", "purity: 0 %", "purity: ^0 %", "a purity is above 0 %", "99.0"),
    ("purity: 99.0 ± 0.5 %", "purity: 101 %", "purity: ^101 %", "a purity is above 0 % and at most 100 %", ""),
    ("purity: 99.0 ± 0.5 %", "purity: 5 mg", "purity: ^5 mg", "is a mass, a ratio is wanted", "2 %"),
    ("{mass: 2 g,", "{", f"{RU}: ^{{", "'mass' is missing", ""),
    ("{mass: 2 g,", "{mass: -2 g,", "mass: ^-2 g", "a mass is not negative", ""),
    (
        "bulk_density: 0.5 g/mL, lot: RU",
        "bulk_density: 0 g/mL, lot: RU",
        "bulk_density: ^0 g/mL",
        "a density is above zero",
        "",
    ),
    ("ball_mass: 3.14 g", "ball_mass: 0 g", "ball_mass: ^0 g", "ball_mass is above zero", "3.14 g"),
    ("      ball_mass: 3.14 g\n", "", "jar:\n      ^milled_by", "a jar that is milled needs ball_mass", "ball_mass"),
    ("      milled_by: mill\n", "", "ball_mass: ^3.14 g", "balls need a mill", "or leave the balls out"),
    ("amplitude: 10 mm", "amplitude: 0 mm", "amplitude: ^0 mm", "amplitude is above zero", ""),
    ("mass: 63.14 g", "mass: -1 g", "mass: ^-1 g", "an empty jar's mass is not negative", "weigh it"),
    ("balls: 1\n", "balls: 0\n", "balls: ^0", "balls", ""),
    ("ball_material: ZrO2", "bal_material: ZrO2", "^bal_material", "'bal_material' is not a key", "did you mean ball_"),
]


@pytest.mark.parametrize(("old", "new", "at", "message", "hint"), SLIPS, ids=[slip[1] for slip in SLIPS])
def test_one_slip_is_told_at_its_place(old: str, new: str, at: str, message: str, hint: str) -> None:
    """A jar, a powder or a syringe that cannot be is a located problem."""
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(InputError) as caught:
        mill_bench((old, new))
    before = text[: text.index(at.replace("^", "")) + at.index("^")]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    said = [(p.mark and (p.mark.line, p.mark.column), p.message, p.hint) for p in caught.value.problems]
    assert any(where == place and message in words and hint in right for where, words, right in said), said


def test_a_jar_is_read_in_canonical_units() -> None:
    """One ball of 10 mm has 0.5236 mL and 3140 mg; the jar is served by three devices and weighs 63.14 g."""
    jar = mill_bench().jars["jar"]
    assert jar.balls == Balls(1, approx(3140.0), approx(0.523599, abs=1e-6), "ZrO2")
    assert (jar.milled_by, jar.guarded_by, jar.dosed_by) == ("mill", "guard", "balance")
    assert (jar.amplitude_mm, jar.empty_mg) == approx((10.0, 63140.0))


def test_a_jar_needs_neither_guard_nor_balance() -> None:
    """Whoever has none leaves them out: powder is weighed in by hand then."""
    jar = mill_bench(("      guarded_by: guard\n", ""), ("      dosed_by: balance\n", "")).jars["jar"]
    assert (jar.guarded_by, jar.dosed_by) == (None, None)


def test_an_autoclave_has_neither_mill_nor_balls() -> None:
    """Its balls count as none and weigh nothing."""
    balls = [
        f"      {each}\n" for each in ("balls: 1", "ball_mass: 3.14 g", "ball_diameter: 10 mm", "ball_material: ZrO2")
    ]
    jar = mill_bench(*((each, "") for each in ("      milled_by: mill\n", *balls))).jars["jar"]
    assert (jar.milled_by, jar.balls) == (None, Balls(0, 0.0, 0.0, ""))


def test_powders_are_lots_with_purity() -> None:
    """The purity is a fraction with its standard uncertainty; a species is the lot's own name if none is given."""
    powders = mill_bench(("{mass: 5 g, purity: 99.5 ± 0.2 %, ", "{mass: 5 g, species: copper, ")).powders
    ru, copper = powders[RU], powders[CU]
    assert (ru.mass_mg, ru.purity_frac, ru.purity_sd_frac) == approx((2000.0, 0.99, 0.005))
    assert (ru.species, ru.head, ru.expires) == (RU, "RU-2611", "2027-06-01")
    assert Uncertain(copper.purity_frac, copper.purity_sd_frac, "ratio") == Uncertain(1.0, 0.0, "ratio")
    assert (copper.species, copper.hazards) == ("copper", ("H302", "H318", "H410"))


def test_two_powders_may_have_no_head() -> None:
    """Both are weighed by hand."""
    headless = mill_bench(("head: RU-2611, ", ""), ("head: CU-2611, ", "")).powders
    assert (headless[RU].head, headless[CU].head) == ("", "")


def test_a_syringe_leads_through_its_line_into_the_jar() -> None:
    """A pump whose syringe is a stock is no pump with a valve: it has one way, and pushes only."""
    plumbing = Plumbing(mill_bench())
    way = Infusion("feed", "MeOH", "feed_line", forward=True, vessel="jar")
    assert plumbing.infusers == {"feed": way}
    assert plumbing.infuser("MeOH", "jar") == way
    assert (plumbing.infuser("MeOH", "other"), plumbing.infuser("water", "jar")) == (None, None)
    assert plumbing.pumps == ()


def test_a_line_may_be_drawn_the_other_way_round() -> None:
    """The way out of the syringe is the same, only backwards along the line."""
    turned = mill_bench(('from: "feed:out", to: jar', 'from: jar, to: "feed:out"'))
    assert Plumbing(turned).infusers["feed"] == Infusion("feed", "MeOH", "feed_line", forward=False, vessel="jar")
