"""A jar in a line: what is in it, where it stands, how its lid is, and what its mill and its guard say."""

from collections.abc import Mapping

from autosynth.engine.history import History
from autosynth.report.deeds import mass
from autosynth.units import format_quantity

SHOWN = {"mill_frequency": ("Hz", 1), "jar_temperature": ("°C", 1), "jar_pressure": ("kPa", 0)}
"""Reading -> unit and decimals; pressures are above ambient."""
LEAST_ML = 5e-4


def jar_text(history: History, name: str, readings: Mapping[str, float]) -> str:
    """Return "200 mg, 119 µL, closed, at mill, 30.0 Hz, 25.3 °C, 18 kPa"; `readings` are by channel."""
    jar, volume_ml = history.inventory.solids.jars[name], history.inventory.volume_ml(name)
    words = [mass(float(f"{jar.solid_mg:.4g}")) if jar.solid_mg > 0 else "empty"]
    if volume_ml > LEAST_ML:
        words.append(format_quantity(float(f"{volume_ml:.3g}"), "volume"))
    words += ["closed" if jar.closed else "open", f"at {jar.at}"]
    for what, (unit, decimals) in SHOWN.items():
        value = readings.get(f"{name}.{what}")
        if value is not None:
            words.append(f"{value:.{decimals}f} {unit}".replace("-0 ", "0 "))
    return ", ".join(words)
