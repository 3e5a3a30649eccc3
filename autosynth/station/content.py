"""What a vessel holds, well mixed, and how a plug enters and leaves it.

A shared gain error of a vessel's volume and of its amounts is the same one, so it does not make concentrations
uncertain. The errors of strokes are kept by liquid for as long as the other side of their cut may still arrive, and
then become plain variance. Amounts without volume (a charged solid) stay when liquid is drawn.
"""

import math
from collections.abc import Mapping

from autosynth.station.mixture import GAS, Mixture, Spread
from autosynth.station.plug import EXACTLY, PURE_GAS, SNAP_ML, Errors, Liquid, Plug, plus, variance_ml2

EMPTY_SD = 3.5
"""A vessel is empty for certain when so many standard uncertainties more were drawn than it held."""
LIQUIDS_KEPT = 8
STROKES_KEPT = 64


class Content:
    """What a vessel holds, well mixed; mutable. Gas that enters is vented."""

    __slots__ = ("amounts", "cuts", "known_liquid", "volumes")

    def __init__(self) -> None:
        self.volumes: dict[str, list[float]] = {}
        self.amounts: dict[str, list[float]] = {}
        self.known_liquid: Liquid | None = None
        self.cuts: dict[int, tuple[Liquid, Errors]] = {}
        """By identity of the liquid: what strokes' errors did to how much of it is here."""

    @property
    def volume_ml(self) -> float:
        """Return the volume, mL."""
        return sum(part[0] for part in self.volumes.values())

    def receive(self, plug: Plug) -> None:
        """Mix `plug` in, gas included; its own liquid returned does not change the composition."""
        ml, gain = plug.volume_ml, plug.gain_ml
        square = ml * ml
        for parts, liquid in ((self.volumes, plug.liquid.volumes), (self.amounts, plug.liquid.amounts)):
            for name, (value, g, lot, v) in liquid.items():
                own = parts.get(name)
                if own is None:
                    own = parts[name] = [0.0, 0.0, 0.0, 0.0]
                own[0] += value * ml
                own[1] += g * ml + value * gain
                own[2] += lot * ml
                own[3] += v * square
        if plug.errors:
            self._keep(plug.liquid, plug.errors)
        if plug.liquid is not self.known_liquid:
            self.known_liquid = None

    def _keep(self, liquid: Liquid, errors: Errors) -> None:
        before = self.cuts.pop(id(liquid), (liquid, EXACTLY))[1]
        kept = plus(before, errors)
        if len(kept) > STROKES_KEPT:
            old = sorted(kept)[: len(kept) // 2]
            self._settle(liquid, {stroke: kept[stroke] for stroke in old})
            kept = {stroke: ml for stroke, ml in kept.items() if stroke > old[-1]}
        self.cuts[id(liquid)] = (liquid, kept)
        if len(self.cuts) > LIQUIDS_KEPT:
            self._settle(*self.cuts.pop(next(iter(self.cuts))))

    def _settle(self, liquid: Liquid, errors: Errors) -> None:
        """Turn strokes' errors into variance of amounts."""
        var = variance_ml2(errors)
        for parts, composition in ((self.volumes, liquid.volumes), (self.amounts, liquid.amounts)):
            for name, part in composition.items():
                if name in parts:
                    parts[name][3] += part[0] * part[0] * var

    def settle(self) -> None:
        """Take all strokes' errors for independent from now on."""
        for liquid, errors in self.cuts.values():
            self._settle(liquid, errors)
        self.cuts = {}

    def add(self, mixture: Mixture) -> None:
        """Mix in what came by another way than a line."""
        for parts, values, spreads in (
            (self.volumes, mixture.volumes_ml, mixture.volume_spread),
            (self.amounts, mixture.amounts_mol, mixture.amount_spread),
        ):
            for name, value in values.items():
                own = parts.setdefault(name, [0.0, 0.0, 0.0, 0.0])
                for index, part in enumerate((value, *spreads.get(name, Spread()))):
                    own[index] += part
        self.known_liquid = None

    def bring(self, mixture: Mixture) -> None:
        """Mix in what a person brought; gas goes."""
        self.add(mixture)
        self.vent()

    def become(self, mixture: Mixture) -> None:
        """Hold this from now on; errors of strokes are independent of what comes."""
        self.volumes, self.amounts, self.cuts = {}, {}, {}
        self.bring(mixture)

    def scale(self, share: float) -> None:
        """Keep a share of everything, as when an aliquot of the mixture as it is was taken."""
        self.settle()
        for own in (own for parts in (self.volumes, self.amounts) for own in parts.values()):
            own[:] = [own[0] * share, own[1] * share, own[2] * share, own[3] * share * share]
        self.known_liquid = None

    def evaporate(self, lost_ml: Mapping[str, tuple[float, float]]) -> None:
        """Lose so much of solvents, each with its standard uncertainty; more than there was is all of it."""
        self.settle()
        for solvent, (ml, sd_ml) in lost_ml.items():
            own = self.volumes.get(solvent)
            if own is not None:
                own[0] = max(own[0] - ml, 0.0)
                own[3] += sd_ml * sd_ml
        self.known_liquid = None

    def dry(self) -> None:
        """Lose all liquid; amounts stay."""
        self.settle()
        self.volumes, self.known_liquid = {}, None

    def vent(self) -> None:
        """Let gas go."""
        if self.volumes.pop(GAS, None) is not None:
            self.known_liquid = None

    def liquid(self) -> Liquid:
        """Return the composition; of nothing it is gas."""
        if self.known_liquid is None:
            whole = self.volume_ml
            self.known_liquid = self._composition(whole) if whole > SNAP_ML else PURE_GAS
        return self.known_liquid

    def _composition(self, whole: float) -> Liquid:
        """Divide by the volume; a gain error shared with the volume does not change a concentration.

        What is not known of the volume is not known of any concentration; of a part of the volume itself it is only
        as far as other parts are there.
        """
        gain_rel = sum(part[1] for part in self.volumes.values()) / whole
        var_ml2 = self._volume_var_ml2()
        square = whole * whole
        volumes = {
            name: (
                value / whole,
                gain / whole - value / whole * gain_rel,
                lot / whole,
                ((1.0 - value / whole) ** 2 * var + (value / whole) ** 2 * (var_ml2 - var)) / square,
            )
            for name, (value, gain, lot, var) in self.volumes.items()
        }
        amounts = {
            name: (
                value / whole,
                gain / whole - value / whole * gain_rel,
                lot / whole,
                (var + (value / whole) ** 2 * var_ml2) / square,
            )
            for name, (value, gain, lot, var) in self.amounts.items()
        }
        return Liquid(volumes, amounts)

    def _volume_var_ml2(self) -> float:
        return sum(part[3] for part in self.volumes.values())

    def draw(self, volume_ml: float, gain_ml: float = 0.0, errors: Errors = EXACTLY) -> Plug:
        """Take `volume_ml`, at most what there is; what stays loses what was taken and bears the same error.

        What was not known of the whole volume is not known of what stays, however much was taken.
        """
        whole = self.volume_ml
        self.settle()
        liquid = self.liquid()
        if whole <= SNAP_ML:
            return Plug(PURE_GAS, 0.0)
        if volume_ml > whole - SNAP_ML:
            own_gain_ml = sum(part[1] for part in self.volumes.values())
            var_ml2 = self._volume_var_ml2() + (own_gain_ml - gain_ml) ** 2 + variance_ml2(errors)
            self._leave(liquid, _unseen_ml2(volume_ml - whole, math.sqrt(var_ml2)))
            return Plug(liquid, whole, own_gain_ml)
        taken = volume_ml / whole
        rest, var_ml2 = 1.0 - taken, self._volume_var_ml2()
        for parts, composition in ((self.volumes, liquid.volumes), (self.amounts, liquid.amounts)):
            for name, (value, gain, lot, _) in composition.items():
                own = parts[name]
                own[0] -= value * volume_ml
                own[1] -= gain * volume_ml + value * gain_ml
                own[2] -= lot * volume_ml
                shared = 2.0 * rest * taken * value * own[3] if parts is self.volumes else 0.0
                own[3] = rest * rest * own[3] + (taken * value) ** 2 * var_ml2 + shared
        if errors:
            self._keep(liquid, plus(EXACTLY, errors, -1.0))
        return Plug(liquid, volume_ml, gain_ml, errors)

    def _leave(self, liquid: Liquid, square_ml2: float) -> None:
        """Hold nothing of which there is something all the same, this in the mean square."""
        parts = (liquid.volumes, liquid.amounts) if square_ml2 > SNAP_ML * SNAP_ML else ({}, {})
        self.volumes, self.amounts = (
            {name: [0.0, 0.0, 0.0, part[0] * part[0] * square_ml2] for name, part in each.items()} for each in parts
        )
        self.known_liquid = None

    def mixture(self) -> Mixture:
        """Return the content as a value."""
        if self.cuts:
            settled = self.copy()
            settled.settle()
            return settled.mixture()
        return Mixture(
            {name: part[0] for name, part in self.volumes.items()},
            {name: part[0] for name, part in self.amounts.items()},
            {name: Spread(*part[1:]) for name, part in self.volumes.items() if any(part[1:])},
            {name: Spread(*part[1:]) for name, part in self.amounts.items() if any(part[1:])},
        )

    def copy(self) -> "Content":
        """Return an independent copy."""
        twin = Content()
        twin.volumes = {name: list(part) for name, part in self.volumes.items()}
        twin.amounts = {name: list(part) for name, part in self.amounts.items()}
        twin.known_liquid = self.known_liquid
        twin.cuts = dict(self.cuts)
        return twin


def _unseen_ml2(shortfall_ml: float, sd_ml: float) -> float:
    """Return the mean square of what stays when more is drawn than is said to be there, by so much and no surer.

    With normal errors of this standard uncertainty, of a rest that cannot be negative; none beyond `EMPTY_SD` of them.
    """
    if not shortfall_ml < EMPTY_SD * sd_ml:
        return 0.0
    z = shortfall_ml / sd_ml
    beyond, density = 0.5 * math.erfc(z / math.sqrt(2.0)), math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return max((sd_ml * sd_ml + shortfall_ml * shortfall_ml) * beyond - shortfall_ml * sd_ml * density, 0.0)


def plug_mixture(*plugs: Plug) -> Mixture:
    """Return what the plugs hold together, gas included."""
    total = Content()
    for plug in plugs:
        total.receive(plug)
    return total.mixture()


def mixed(first: Plug, second: Plug) -> Plug:
    """Return the two plugs as one of uniform composition."""
    total = Content()
    total.receive(Plug(first.liquid, first.volume_ml))
    total.receive(Plug(second.liquid, second.volume_ml))
    return Plug(
        total.liquid(),
        first.volume_ml + second.volume_ml,
        first.gain_ml + second.gain_ml,
        plus(first.errors, second.errors),
    )
