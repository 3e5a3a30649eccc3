"""Whether a device, and the vessel it serves, can do what a step asks: rates, speeds, temperatures, potentials."""

from collections.abc import Mapping

from autosynth.language.interval import Interval
from autosynth.plan.survey import Survey
from autosynth.recipe.steps import Measure, StepBase
from autosynth.recipe.verbs import Thermal
from autosynth.units import format_quantity


def check_within(
    survey: Survey, step: StepBase, key: str, value: Interval, low: float | None, high: float | None, subject: str
) -> bool:
    """Note a value that can lie outside what `subject` allows; True if it cannot."""
    for limit, bad, word in (
        (low, low is not None and value.low < low * (1 - 1e-9 if low > 0 else 1 + 1e-9) - 1e-12, "below"),
        (high, high is not None and value.high > high * (1 + 1e-9 if high > 0 else 1 - 1e-9) + 1e-12, "above"),
    ):
        if bad and limit is not None:
            shown = format_quantity(value.low if word == "below" else value.high, value.dimension)
            bound = format_quantity(limit, value.dimension)
            hint = f"write {bound} at {'least' if word == 'below' else 'most'}"
            survey.reject("LIMITS", step, key, f"{shown} is {word} the {bound} of {subject}", hint)
            return False
    return True


def check_rate(survey: Survey, step: StepBase, key: str, pump: str, rate: Interval) -> bool:
    """Note a rate that the pump cannot keep."""
    limits = survey.can.limits(pump)
    return check_within(survey, step, key, rate, limits.rate_min_ml_min, limits.rate_max_ml_min, f"the pump {pump}")


def check_dose(survey: Survey, step: StepBase, key: str, pump: str, volume: Interval) -> bool:
    """Note a dose that is nothing, below what the pump can move, or too uncertain."""
    if survey.flow.blind:
        return True
    smallest_ml = survey.can.smallest_ml(pump)
    if not volume.low > smallest_ml:
        least = format_quantity(smallest_ml, "volume")
        shown = format_quantity(max(volume.low, 0.0), "volume")
        message = f"the dose can be as small as {shown}; {pump} moves more than {least}"
        survey.reject("DOSE", step, key, message, "dose more of a thinner stock, or use a smaller syringe")
        return False
    sd = survey.can.dose_sd_ml(pump, volume.low) / volume.low
    most = survey.plan.station.dose_rel_sd_max
    if sd > most:
        shown = format_quantity(volume.low, "volume")
        message = f"a dose of {shown} by {pump} is known to {sd:.1%} only, {most:.0%} are allowed"
        survey.reject("DOSE", step, key, message, "dose more of a thinner stock, or use a smaller syringe")
        return False
    return True


def check_temperature(survey: Survey, step: Thermal, vessel: str, target: Interval) -> None:
    """Note a temperature that the device or the vessel cannot take."""
    spec = survey.plan.station.vessels[vessel]
    limits = survey.can.limits(str(spec.heated_by))
    check_within(survey, step, "to", target, limits.temperature_min_c, limits.temperature_max_c, str(spec.heated_by))
    check_within(survey, step, "to", target, None, spec.rated_temperature_c, f"the vessel {vessel}")


def check_potentials(survey: Survey, step: Measure, device: str, bounds: Mapping[str, Interval]) -> None:
    """Note potentials (on the instrument's scale) and currents that the potentiostat cannot do."""
    limits, asked, note = survey.can.limits(device), step.scan, survey.findings.add
    low_v, high_v = limits.potential_min_v, limits.potential_max_v
    for key in ("begin", "vertex1", "vertex2"):
        value = bounds.get(f"{key}_v")
        if value is None:
            continue
        for limit, bad in ((low_v, value.low < (low_v or 0.0)), (high_v, value.high > (high_v or 0.0))):
            if limit is not None and bad:
                message = f"{key} is {value.low:.3f} V at the instrument's electrode, {device} goes to {limit:g} V"
                note("LIMITS", message, asked.where(key), f"scan inside {low_v or 0.0:g} V to {high_v or 0.0:g} V")
    current, most_a = bounds.get("range_a"), limits.current_max_a
    if current is not None and most_a is not None and current.high > most_a * (1 + 1e-6):
        shown, most = format_quantity(current.high, "current"), format_quantity(most_a, "current")
        message = f"the range of {shown} is above the {most} of {device}"
        note("LIMITS", message, asked.where("range"), f"write {most} at most")
    for key, name in (("step", "step_v"), ("rate", "rate_v_s"), ("range", "range_a")):
        value = bounds.get(name)
        if value is not None and not value.low > 0:
            note("LIMITS", f"{key} has to be above zero", asked.where(key), "write a number above zero")
