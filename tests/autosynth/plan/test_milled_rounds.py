"""A plan of milling carried out at random on a ledger: all that happens lies within the bounds that were told."""

from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autosynth.plan.check import make_plan
from autosynth.plan.mechanics import vapour_ml
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.mixture import Mixture
from autosynth.station.model import Station
from tests.autosynth.plan.test_milling import CHARGE, GRIND, HEAD, OPENED, SPECTRUM
from tests.autosynth.station.millbench import CU, RU, mill_bench

LOOP = "  - repeat:\n      name: l\n      at_most: n\n      steps:\n"
BODY = "".join(f"      {line}\n" for line in (GRIND.replace("15 min", "9 min") + OPENED + SPECTRUM).splitlines())
ROUNDS = 6
UNIT = st.floats(-1.0, 1.0)
ETA_ML_MG, ALIQUOT_MG = 0.6e-3, 2.0


@cache
def station() -> Station:
    """Return the bench, read once."""
    return mill_bench()


@cache
def plan() -> Plan:
    """Return the plan of six rounds."""
    recipe, fresh = parse_recipe(HEAD + CHARGE + LOOP + BODY), Inventory.full(station())
    return make_plan(recipe, station(), fresh, {"n": str(ROUNDS)})


class Bench:
    """A ledger whose jar is milled by chance."""

    def __init__(self, data: st.DataObject) -> None:
        self.inventory = Inventory.full(station())
        self.pushed_ml: list[float] = []
        self.levels_ml: list[float] = []
        self._draw: Any = data.draw

    def off(self, furthest: float) -> float:
        """Return a factor that is off by so much at most."""
        return 1.0 + furthest * float(self._draw(UNIT))

    def charge(self) -> None:
        """Weigh both powders in, within their tolerance."""
        self.inventory.solids.charge("jar", RU, 114.7 * self.off(0.01), 0.1)
        self.inventory.solids.charge("jar", CU, 85.3 * self.off(0.01), 0.1)

    def round(self) -> None:
        """Wet up to eta, vent and take an aliquot; the syringe pushes a little wrong."""
        jar = self.inventory.solids.jars["jar"]
        missing_ml = max(ETA_ML_MG * jar.solid_mg - self.inventory.volume_ml("jar"), 0.0)
        self.pushed_ml.append(missing_ml)
        if missing_ml > 0:
            self.inventory.infuse("feed", missing_ml * self.off(0.015))
        self._seen()
        most_ml = vapour_ml(station().jars["jar"], 5.0, ["MeOH"])
        self.inventory.take("jar", most_ml * 0.5 * self.off(1.0))
        self._seen()
        before = jar.solid_mg
        jar.take(ALIQUOT_MG)
        content = self.inventory.content("jar")
        left = Mixture({"MeOH": content.volumes_ml.get("MeOH", 0.0) * jar.solid_mg / before})
        self.inventory.set_content("jar", left)
        self._seen()

    def _seen(self) -> None:
        self.levels_ml.append(self.inventory.volume_ml("jar"))


@given(st.data())
def test_what_happens_lies_within_the_bounds(data: st.DataObject) -> None:
    """Volumes pushed, levels in the jar, what the syringe gives in all, and the solid that is left."""
    bench, told = Bench(data), plan()
    assert told.problems == ()
    bench.charge()
    for _ in range(ROUNDS):
        bench.round()
    grind = told.steps[2].blocks["steps"][0]
    pushed = grind.bounds["volume_ml"]
    assert all(pushed.low - 1e-9 <= each <= pushed.high + 1e-9 for each in bench.pushed_ml)
    levels = [point.volume_ml for point in told.volumes if point.vessel == "jar"]
    assert max(bench.levels_ml) <= max(each.high for each in levels) + 1e-9
    assert min(bench.levels_ml) >= min(each.low for each in levels) - 1e-9
    (need,) = [each for each in told.materials if each.stock == "MeOH"]
    assert need.needed_ml.low - 1e-9 <= 1.0 - bench.inventory.volume_ml("MeOH") <= need.needed_ml.high + 1e-9
