"""Live rules over the vessels of a station, one guard for each pair, and the devices that a guard's action stops."""

from collections.abc import Sequence
from dataclasses import dataclass

from autosynth.plan.live import unwatched
from autosynth.plan.rulebook import Rule, Rulebook
from autosynth.plan.tree import Plan
from autosynth.station.model import VesselSpec
from autosynth.station.plumbing import Plumbing


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """One live rule over one vessel; `attested` facts somebody has taken on themselves."""

    rule: Rule
    vessel: VesselSpec
    attested: frozenset[str]

    def reason(self, trouble: str) -> str:
        """Return what stands against the run: rule, vessel, and why the rule does not hold there."""
        return f"{self.rule.id}: {self.vessel.name}: {trouble}"


def guards(plan: Plan, book: Rulebook) -> list[Guard]:
    """Return the live rules by vessel, without those that nothing can watch: they were attested with the plan."""
    found: list[Guard] = []
    for rule in (each for each in book.rules if each.phase == "live"):
        sensors = {fact for fact, knower in rule.facts.items() if knower == "sensor"}
        for vessel in plan.station.vessels.values():
            missing = frozenset(unwatched(rule, vessel))
            judged = rule.class_ == "safety" or vessel.role != "waste"
            if vessel.role != "gas" and judged and not (sensors and sensors <= missing):
                attested = missing if rule.id in plan.acknowledgements else frozenset[str]()
                found.append(Guard(rule, vessel, attested))
    return found


def stopped_by(guard: Guard, plumbing: Plumbing) -> Sequence[str]:
    """Return the devices that a rule's action stops; none where it only holds, notes or aborts."""
    vessel = guard.vessel
    match guard.rule.action:
        case "stop_dosing":
            return [pump for pump in plumbing.pumps if vessel.name in plumbing.vessels(pump)]
        case "heater_off":
            device = vessel.heated_by
        case "cell_off":
            device = vessel.potentiostat
        case "stop_mill":
            device = None if vessel.jar is None else vessel.jar.milled_by
        case _:
            device = None
    return [] if device is None else [device]
