"""What only the instruments themselves can say of a plan, asked once they answer and before anything moves.

A plan is proven against what drivers and stations declare. Which values an instrument's own software offers is known
when it is connected: what it would refuse at hour 31 is refused here, at its place in the recipe.
"""

from collections.abc import Iterator, Mapping

from autosynth.contracts.device import Device
from autosynth.contracts.nmr import Acquisition
from autosynth.contracts.stroke import Acquire
from autosynth.errors import ArgumentError, InputError, Problem
from autosynth.plan.tree import Plan
from autosynth.recipe.steps import Measure, walk


async def preflight(plan: Plan, devices: Mapping[str, Device]) -> None:
    """Ask each instrument whether it can do what the plan will ask of it, as far as that is known before the run.

    Raises:
        InputError: one cannot; every such step, at its place.
        WireError, DeviceError: an instrument does not say what state it is in.
    """
    problems: list[Problem] = []
    for step, name, stroke in _acquisitions(plan):
        device = devices[name]
        try:
            device.expect(await device.read_state(), stroke)
        except ArgumentError as error:
            hint = error.advice or "ask for what the instrument offers"
            problems.append(Problem(error.message, step.where("nmr"), hint, "LIMITS"))
    if problems:
        raise InputError(*dict.fromkeys(problems))


def _acquisitions(plan: Plan) -> Iterator[tuple[Measure, str, Acquire]]:
    """Yield the first block of each measurement by NMR whose arguments are known."""
    for _, step in walk(plan.recipe.steps):
        if not isinstance(step, Measure) or step.nmr is None:
            continue
        place = plan.vessel(step.in_)
        rack = plan.station.racks.get(place)
        name = rack.spectrometer if rack is not None else plan.station.vessels[place].spectrometer
        asked = step.nmr
        try:
            repetition = asked.repetition.number(plan.parameters)
            acquisition = asked.acquisition.number(plan.parameters)
        except InputError:
            continue  # of a value that is measured or entered first
        block = Acquisition(
            asked.nucleus, asked.scans, repetition.value, acquisition.value, asked.pulse, "preflight", "preflight"
        )
        yield step, str(name), Acquire(block)
