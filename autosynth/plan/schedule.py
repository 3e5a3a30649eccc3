"""Whether branches that run at once can: no vessel in two of them, and nothing whose setting both would change.

Pumps and valves may be shared: the engine locks what an action claims in one order everywhere, so branches wait for
each other and never for ever.
"""

from collections.abc import Iterable, Sequence

from autosynth.plan.findings import Findings
from autosynth.plan.tree import PlannedStep
from autosynth.recipe.steps import Parallel
from autosynth.station.model import Station


def check_parallel(steps: Sequence[PlannedStep], station: Station, findings: Findings) -> None:
    """Note what two branches of one `parallel` both need."""
    lasting = {
        device
        for vessel in station.vessels.values()
        for device in (vessel.stirred_by, vessel.heated_by, vessel.swept_by)
        if device
    }
    for planned in steps:
        if isinstance(planned.step, Parallel):
            _check(planned, planned.step, station, lasting, findings)
        for block in planned.blocks.values():
            check_parallel(block, station, findings)


def _check(planned: PlannedStep, step: Parallel, station: Station, lasting: set[str], findings: Findings) -> None:
    first: dict[str, str] = {}
    for name, block in planned.blocks.items():
        for claimed in sorted(_claims(block)):
            other = first.setdefault(claimed, name)
            if other == name:
                continue
            vessel = station.vessels.get(claimed)
            if (vessel is not None and vessel.role == "vessel") or claimed in lasting:
                message = f"{claimed} is used in two branches at once"
                hint = "put what concerns one vessel into one branch"
                findings.add("DEADLOCK", message, step.where("branches"), hint, subject=claimed)


def _claims(block: Iterable[PlannedStep]) -> set[str]:
    found: set[str] = set()
    for planned in block:
        found |= planned.claims
        for inner in planned.blocks.values():
            found |= _claims(inner)
    return found
