"""Integrates mass-action chemistry in a tank whose volume changes, for whatever species are present.

The unknowns are reaction extents, not concentrations, so every balance that the stoichiometry keeps is kept to
rounding, whatever the integrator's tolerance. LSODA (compiled, stiff or not as it finds) does the integration with an
analytic Jacobian, and Radau where it gives up; a system without a possible reaction costs nothing. It refuses to know
vessels or time of day.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # whose parts load when they are first used

from simulators.twin.chemistry import Chemistry, Reaction
from simulators.twin.process import Step

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Places = dict[str, int]
Rate = Callable[[float, Array], Array]
GAS_J_MOL_K = 8.314462618
REFERENCE_K = 298.15
TRACE_MOL = 1e-14
"""Species below ten femtomoles start no reaction: they are what rinsing leaves behind."""
RTOL, ATOL_MOLAR = 1e-7, 1e-12
VACUUM = 1e-12
"""Relative volume that keeps an empty vessel's first drop finite."""


@dataclass(frozen=True, slots=True)
class _System:
    """The reactions that can run among the species present, as arrays for the right-hand side."""

    stoichiometry: Array
    first: Indices
    second: Indices
    product: Indices
    beside: Indices
    k: Array
    k_reverse: Array
    activation_over_r: Array

    def arrhenius(self, kelvin: float) -> Array:
        """Return each rate constant's factor against the reference temperature."""
        return np.asarray(np.exp(-self.activation_over_r * (1.0 / kelvin - 1.0 / REFERENCE_K)))


@dataclass(frozen=True, slots=True)
class Inflow:
    """What enters a tank evenly during one segment: amounts by twin species, and volume."""

    amounts_mol: Array
    volume_l: float


class Kinetics:
    """All chemistries at once over one vector of species."""

    def __init__(self, chemistries: Sequence[Chemistry], inert: Sequence[str] = ()) -> None:
        """Order the species: those of the chemistries, then `inert` ones that only mix."""
        names = [s.name for chemistry in chemistries for s in chemistry.species]
        self.species: tuple[str, ...] = tuple(dict.fromkeys([*names, *inert]))
        self.index = {name: i for i, name in enumerate(self.species)}
        self._feeds = {fed: twin for chemistry in chemistries for fed, twin in chemistry.feeds.items()}
        self._reactions = [(r, c.activation_j_mol) for c in chemistries for r in c.reactions]
        self._processes = [(p, self._places(c)) for c in chemistries for p in c.processes]
        self._systems: dict[bytes, _System | None] = {}

    def react(
        self,
        amounts_mol: Array,
        volume_l: float,
        inflow: Inflow | None,
        dt_s: float,
        kelvin: float = REFERENCE_K,
        rate_factor: float = 1.0,
    ) -> Array:
        """Return the amounts after `dt_s` seconds, with an even inflow during them.

        `rate_factor` scales every rate constant (poor mixing), which leaves equilibria where they are.

        Raises:
            ArithmeticError: the integrator gave up (a chemistry with an absurd constant).
        """
        after = amounts_mol.copy() if inflow is None else amounts_mol + inflow.amounts_mol
        end_l = volume_l + (0.0 if inflow is None else inflow.volume_l)
        system = self._system(after)
        if dt_s <= 0.0 or end_l <= 0.0:
            return after
        found = after
        if system is not None:
            extents = _integrate(system, amounts_mol, volume_l, inflow, dt_s, rate_factor * system.arrhenius(kelvin))
            found = np.asarray(after + system.stoichiometry[:-1] @ extents * end_l)
        for process, places in self._processes:
            if process.possible(frozenset(name for name, at in places.items() if after[at] > TRACE_MOL)):
                entering = {} if inflow is None else _held(inflow.amounts_mol, places, above_mol=0.0)
                step = Step(dt_s, volume_l, end_l, kelvin, rate_factor, entering)
                for name, amount in process.react(_held(amounts_mol, places), step).items():
                    found[places[name]] = amount
        return found

    def _places(self, chemistry: Chemistry) -> Places:
        return {species.name: self.index[species.name] for species in chemistry.species}

    def twin_name(self, fed: str) -> str:
        """Return the twin's species a fed one becomes; a species no chemistry knows stays itself."""
        return self._feeds.get(fed, fed)

    def can_react(self, amounts_mol: Array) -> bool:
        """Tell whether any reaction is possible among the species present."""
        return self._system(amounts_mol) is not None

    def _system(self, amounts_mol: Array) -> _System | None:
        present = amounts_mol > TRACE_MOL
        key = present.tobytes()
        if key not in self._systems:
            self._systems[key] = self._build(present)
        return self._systems[key]

    def _build(self, present: npt.NDArray[np.bool_]) -> _System | None:
        reachable = {name for name, here in zip(self.species, present, strict=True) if here}
        active: list[tuple[Reaction, float]] = []
        waiting = list(self._reactions)
        while True:
            ready = [(r, e) for r, e in waiting if _possible(r, reachable)]
            if not ready:
                break
            active += ready
            waiting = [item for item in waiting if item not in ready]
            reachable.update(name for r, _ in ready for name in (*r.reactants, *r.products))
        return self._arrays(active) if active else None

    def _arrays(self, active: Sequence[tuple[Reaction, float]]) -> _System:
        one = len(self.species)  # a species of unit activity past the end makes every reaction second order
        stoichiometry = np.zeros((one + 1, len(active)))
        for column, (reaction, _) in enumerate(active):
            for name in reaction.reactants:
                stoichiometry[self.index[name], column] -= 1.0
            for name in reaction.products:
                stoichiometry[self.index[name], column] += 1.0
        return _System(
            stoichiometry=stoichiometry,
            first=np.array([self.index[r.reactants[0]] for r, _ in active]),
            second=np.array([self.index[r.reactants[1]] if len(r.reactants) > 1 else one for r, _ in active]),
            product=np.array([self.index[r.products[0]] for r, _ in active]),
            beside=np.array([self.index[r.products[1]] if r.both_back else one for r, _ in active]),
            k=np.array([r.k for r, _ in active]),
            k_reverse=np.array([r.k_reverse for r, _ in active]),
            activation_over_r=np.array([energy / GAS_J_MOL_K for _, energy in active]),
        )


def _held(amounts_mol: Array, places: Places, above_mol: float = -np.inf) -> dict[str, float]:
    return {name: float(amounts_mol[at]) for name, at in places.items() if amounts_mol[at] > above_mol}


def _possible(reaction: Reaction, reachable: set[str]) -> bool:
    forward = all(name in reachable for name in reaction.reactants)
    needed = reaction.products[: 2 if reaction.both_back else 1]
    return forward or (reaction.k_reverse > 0.0 and all(name in reachable for name in needed))


def _integrate(
    system: _System, amounts_mol: Array, volume_l: float, inflow: Inflow | None, dt_s: float, speed: Array
) -> Array:
    """Return extents per litre of final volume, mol/L."""
    end_l = volume_l + (0.0 if inflow is None else inflow.volume_l)
    v0 = volume_l / end_l
    swell = (1.0 - v0) / dt_s
    start = np.append(amounts_mol / end_l, 0.0)
    feed = np.zeros_like(start)
    if inflow is not None:
        feed[:-1] = inflow.amounts_mol / (end_l * dt_s)
    kf, kr = system.k * speed, system.k_reverse * speed
    n, i, j, p, q = system.stoichiometry, system.first, system.second, system.product, system.beside
    n_i, n_j, n_p, n_q = n[i], n[j], n[p], n[q]

    def molar(v: float, t: float, extents: Array) -> Array:
        c: Array = (start + feed * t + n.dot(extents)) / v
        c[-1] = 1.0
        return c

    def rate(t: float, extents: Array) -> Array:
        v = v0 + swell * t + VACUUM
        c = molar(v, t, extents)
        return np.asarray(v * (kf * c.take(i) * c.take(j) - kr * c.take(p) * c.take(q)))

    def jacobian(t: float, extents: Array) -> Array:
        c = molar(v0 + swell * t + VACUUM, t, extents)
        forward = (kf * c.take(j))[:, None] * n_i + (kf * c.take(i))[:, None] * n_j
        return np.asarray(forward - (kr * c.take(q))[:, None] * n_p - (kr * c.take(p))[:, None] * n_q)

    with warnings.catch_warnings():
        warnings.simplefilter("error", scipy.integrate.ODEintWarning)
        try:
            path = scipy.integrate.odeint(
                rate, np.zeros(len(kf)), (0.0, dt_s), Dfun=jacobian, tfirst=True, rtol=RTOL, atol=ATOL_MOLAR
            )
        except scipy.integrate.ODEintWarning:
            return _stiffly(rate, jacobian, len(kf), dt_s)
    return np.asarray(path[-1])


def _stiffly(rate: Rate, jacobian: Rate, reactions: int, dt_s: float) -> Array:
    """Return the extents by an implicit Runge-Kutta method: slower, and stable where the other gives up."""
    found = scipy.integrate.solve_ivp(
        rate, (0.0, dt_s), np.zeros(reactions), method="Radau", jac=jacobian, rtol=RTOL, atol=ATOL_MOLAR
    )
    if not found.success:
        raise ArithmeticError(f"the chemistry could not be integrated over {dt_s:g} s: {found.message}")
    return np.asarray(found.y[:, -1])
