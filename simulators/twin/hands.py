"""What a person does at the bench: places and opens jars, mounts heads, weighs, washes, dries, puts samples in.

A task is plain data, {"do": verb, ...}, as docs/bench.md lists them. Nothing here takes time: whoever asks says when it
is done. What is lost on the way is booked, so that the balance still closes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from simulators.twin.exposures import Exposures
from simulators.twin.jar import OVEN_BREAKS_C, book
from simulators.twin.solids import Solids
from simulators.twin.substances import INERT, LIQUID_MG_UL, SUBSTANCES

Task = Mapping[str, Any]
MEASURES = ("wavelength_a", "ions", "lock_mass")
"""Options of an instrument that say how it measures."""
OVEN_DRIES_C, OVEN_DRIES_S, OVEN_BREAKING_S = 80.0, 1800.0, 3600.0
"""What empties pores in vacuum, and how fast frameworks break when it is too hot [assumption]."""


class Syringes(Protocol):
    """The part of the twin that knows syringes."""

    def refill(self, pump: str, mixture: Mapping[str, Any]) -> float:
        """Fill a syringe anew; return the volume in mL."""
        ...


class Hands:
    """A person's hands on one bench."""

    def __init__(self, solids: Solids, syringes: Syringes, rng: np.random.Generator, *, perturb: bool) -> None:
        self.exposures = Exposures(rng, perturb=perturb)
        self._solids = solids
        self._syringes = syringes
        self._done: dict[str, dict[str, Any]] = {}
        self._verbs: Mapping[str, Callable[[Task, float], dict[str, Any]]] = {
            "place": self._place,
            "close": self._close,
            "open": self._open,
            "vent": self._vent,
            "head": self._head,
            "charge": self._charge,
            "fill": self._fill,
            "expose": self._expose,
            "dip": self._dip,
            "wash": self._wash,
            "activate": self._activate,
            "renew": self._renew,
            "pour": self._pour,
            "oven": self._oven,
            "unload": self._unload,
        }

    def knows(self, task: Task) -> bool:
        """Tell whether a task is one for these hands rather than for a device's own."""
        return task.get("do") in self._verbs

    def do(self, task: Task, t_s: float) -> dict[str, Any]:
        """Do a task at `t_s` and return what the person sees of it.

        A person remembers: what is asked for `once` under the same name is not done a second time.

        Raises:
            ValueError: the task is not known, lacks a word, or cannot be done.
        """
        verb = str(task.get("do"))
        if verb not in self._verbs:
            message = f"nobody knows how to {verb!r}; hands know {', '.join(sorted(self._verbs))}"
            raise ValueError(message)
        once = str(task.get("once", ""))
        try:
            seen = self._done[once] if once in self._done else self._verbs[verb](task, t_s)
        except KeyError as error:
            message = f"to {verb} one has to be told {error}"
            raise ValueError(message) from error
        if once:
            self._done[once] = seen
        return seen

    def _place(self, task: Task, t_s: float) -> dict[str, Any]:
        self._solids.place(str(task["vessel"]), str(task["at"]), t_s)
        return {"at": task["at"]}

    def _close(self, task: Task, t_s: float) -> dict[str, Any]:
        self._solids.jar(str(task["vessel"])).close(t_s)
        return {"closed": True}

    def _open(self, task: Task, t_s: float) -> dict[str, Any]:
        vessel = str(task["vessel"])
        jar = self._solids.jar(vessel)
        self._solids.still(jar.place, t_s)
        gauge_kpa = jar.gauge_kpa(t_s)
        vapour, spilled = jar.open(t_s)
        self._solids.lose(vessel, vapour)
        jar.vessel.spilled += spilled
        return {"closed": False, "gauge_kpa": gauge_kpa, "spilled": bool(spilled.any())}

    def _vent(self, task: Task, t_s: float) -> dict[str, Any]:
        vessel = str(task["vessel"])
        jar = self._solids.jar(vessel)
        self._solids.still(jar.place, t_s)
        gauge_kpa, lost = jar.gauge_kpa(t_s), jar.vent(t_s)
        self._solids.lose(vessel, lost)
        return {"gauge_kpa": gauge_kpa, "lost_ml": float(lost[jar.vessel.layout.liquids].sum())}

    def _head(self, task: Task, t_s: float) -> dict[str, Any]:
        self._solids.mount(str(task["device"]), None if task["powder"] is None else str(task["powder"]))
        return {"head": task["powder"]}

    def _charge(self, task: Task, t_s: float) -> dict[str, Any]:
        mass_mg = self._solids.charge(str(task["vessel"]), str(task["powder"]), float(task["mass_mg"]), t_s)
        return {"mass_mg": mass_mg}

    def _fill(self, task: Task, t_s: float) -> dict[str, Any]:
        return {"volume_ml": self._syringes.refill(str(task["device"]), task["mixture"])}

    def _expose(self, task: Task, t_s: float) -> dict[str, Any]:
        """Take an aliquot to an instrument; what its options say of how it measures holds unless told otherwise."""
        vessel, device = str(task["vessel"]), str(task["device"])
        options: Mapping[str, Any] = self._solids.devices.get(device, {}).get("options", {})
        told = {**{key: options[key] for key in MEASURES if key in options}, **task}
        if "volume_ml" in task:
            held = self._solids.vessel(vessel)
            self._solids.lose(device, self.exposures.put_liquid(device, held, told, t_s))
            return {"name": task["name"], "left_ml": held.volume_ml()}
        solvent = self.exposures.put(device, self._solids.jar(vessel), told, t_s)
        self._solids.lose(device, solvent)
        return {"name": task["name"], "left_mg": self._solids.jar(vessel).charge.total_mg()}

    def _dip(self, task: Task, t_s: float) -> dict[str, Any]:
        """Let a probe that stands in a vessel take a spectrum; nothing is taken out."""
        vessel = self._solids.vessel(str(task["vessel"]))
        self.exposures.dip(str(task["device"]), vessel, task, t_s)
        return {"name": task["name"], "volume_ml": vessel.volume_ml()}

    def _wash(self, task: Task, t_s: float) -> dict[str, Any]:
        """Wash with portions: what dissolves goes by a part each time, and the vessel is left dry."""
        vessel, times = str(task["vessel"]), int(task.get("times", 1))
        jar = self._solids.jar(vessel)
        jar.reach_in(t_s)
        left = {
            name: washed_left(name, float(task["volume_ml"]), jar.charge.total_mg()) ** times for name in jar.charge.mg
        }
        gone = jar.charge.remove(left)
        book(jar.taken_mg, gone)
        self._solids.lose(vessel, jar.empty_liquid())
        return {"dissolved_mg": sum(gone.values()), "left_mg": jar.charge.total_mg()}

    def _renew(self, task: Task, t_s: float) -> dict[str, Any]:
        """Take a vial with what is in it away, and put an empty one in its place."""
        return {"volume_ml": self._solids.take_away(str(task["vessel"]), t_s)}

    def _pour(self, task: Task, t_s: float) -> dict[str, Any]:
        volume_ml = self._solids.pour(str(task["vessel"]), str(task["source"]), float(task["volume_ml"]), t_s)
        return {"volume_ml": volume_ml}

    def _oven(self, task: Task, t_s: float) -> dict[str, Any]:
        """Put a closed vessel into an oven, whose programme begins: warmed, held, left to cool."""
        jar = self._solids.jar(str(task["vessel"]))
        jar.heat(float(task["temperature_c"]), float(task["ramp_k_min"]), float(task["time_s"]), t_s)
        return {"gauge_kpa": jar.gauge_kpa(t_s)}

    def _unload(self, task: Task, t_s: float) -> dict[str, Any]:
        """Take it out and feel how warm it is."""
        return {"temperature_c": self._solids.jar(str(task["vessel"])).unload(t_s)}

    def _activate(self, task: Task, t_s: float) -> dict[str, Any]:
        """Heat in vacuum: liquids go, pores are emptied; above what frameworks stand they break."""
        vessel, temperature_c, time_s = str(task["vessel"]), float(task["temperature_c"]), float(task["time_s"])
        jar = self._solids.jar(vessel)
        jar.reach_in(t_s)
        if temperature_c >= OVEN_DRIES_C and time_s >= OVEN_DRIES_S:
            book(jar.taken_mg, jar.charge.remove(dict.fromkeys(LIQUID_MG_UL, 0.0)))
            self._solids.lose(vessel, jar.empty_liquid())
            jar.charge.activated = True
        if temperature_c > OVEN_BREAKS_C:
            jar.charge.lose_order(2.0 ** (-time_s / OVEN_BREAKING_S))
        return {"activated": jar.charge.activated, "left_mg": jar.charge.total_mg()}


def washed_left(substance: str, volume_ml: float, solid_mg: float) -> float:
    """Return the part of a substance that one portion leaves; less than 10 mL a gram dissolves less [assumption]."""
    if substance == INERT or substance not in SUBSTANCES:
        return 1.0
    enough = min(1.0, volume_ml / max(1e-9, solid_mg * 1e-2))
    return 1.0 - (1.0 - SUBSTANCES[substance].left) * enough
