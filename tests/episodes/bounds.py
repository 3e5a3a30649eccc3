"""The limits that nothing on a wire may pass: the station's, and what the recipes of episodes ask for at most."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autosynth.station.model import Station
from tests.episodes.effect import Effect

Ranges = Mapping[str, tuple[float, float]]

FULL = {"standard": 3000.0, "fine": 24000.0}
"""Increments of a pump's full stroke by its positioning mode, as its manual has them."""
HALF_STEPS = 6000.0
"""Half-increments of a full stroke: what speeds are counted in."""
RAMP_S = 1.0
"""What starting and stopping may add to a stroke."""
_OTHERS: Mapping[str, Ranges] = {
    "ika_ret": {"celsius": (0.0, 32.0), "rpm": (0.0, 600.0)},
    "runze_sv06": {"port": (1.0, 10.0)},
    "palmsens_emstat_pico": {"volt_low": (-0.605, 0.005), "volt_high": (-0.005, 0.005)},
    "keithley_2450": {"volt_low": (-0.605, 0.005), "volt_high": (-0.005, 0.005)},
    "grbl_carousel": {"x_mm": (0.0, 345.0), "z_mm": (-100.0, 0.0), "feed": (1.0, 3000.0)},
    "magritek_spinsolve": {"scans": (1.0, 8.0)},
    "delta_vfd": {"hz": (4.9, 30.1), "turn": (1.0, 1.0)},
    "mettler_quantos": {"mg": (1.0, 61.0)},
    "new_era_ne1000": {"ml": (0.0, 0.2002), "ml_min": (0.19, 0.51)},
}


class Bounds:
    """One station's limits."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def of(self, device: str) -> Ranges:
        """Return the limits of a device's quantities."""
        spec, station = self._station.devices[device], self._station
        if spec.driver != "tecan_cavro":
            return _OTHERS[spec.driver]
        return {
            "increments": (0.0, self._full(device)),
            "speed": (5.0, 5800.0),
            "stroke_ml": (0.0, 1.001 * station.host_death.volume_ml),
            "stroke_s": (0.0, min(station.max_stroke_s, station.host_death.time_s) + RAMP_S),
        }

    def sized(self, effect: Effect, state: Mapping[str, Any]) -> Effect:
        """Return a stroke with its length and its time, from where the plunger really stands."""
        if effect.verb != "move_plunger" or effect.relative or not {"increments", "speed"} <= effect.sizes.keys():
            return effect
        part = abs(effect.sizes["increments"] / self._full(effect.device) - state["plunger_ml"] / self._syringe(effect))
        sizes = {
            "stroke_ml": part * self._syringe(effect),
            "stroke_s": part * HALF_STEPS / effect.sizes["speed"],
        }
        return replace(effect, sizes={**effect.sizes, **sizes})

    def safe_effects(self) -> list[Effect]:
        """Return the commands that make a vessel safe: they need no intent."""
        safe: list[Effect] = []
        for vessel in self._station.vessels.values():
            if vessel.stirred_by is not None and vessel.safe.stir_rpm is not None:
                safe.append(Effect(vessel.stirred_by, "set_speed", vessel.safe.stir_rpm))
            if vessel.heated_by is not None:
                safe.append(Effect(vessel.heated_by, "set_temperature", vessel.safe.temperature_c))
        return safe

    def _full(self, device: str) -> float:
        return FULL[str(self._station.devices[device].options.get("positioning", "standard"))]

    def _syringe(self, effect: Effect) -> float:
        return float(str(self._station.devices[effect.device].options["syringe"]).split()[0])
