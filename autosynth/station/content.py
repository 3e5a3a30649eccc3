"""What a vessel holds, well mixed, and how a plug enters and leaves it.

A shared gain error of a vessel's volume and of its amounts is the same one, so it does not make concentrations
uncertain. Amounts without volume (a charged solid) stay when liquid is drawn.
"""

from autosynth.station.mixture import GAS, Mixture, Spread
from autosynth.station.plug import PURE_GAS, SNAP_ML, Liquid, Plug


class Content:
    """What a vessel holds, well mixed; mutable. Gas that enters is vented."""

    __slots__ = ("amounts", "known_liquid", "volumes")

    def __init__(self) -> None:
        self.volumes: dict[str, list[float]] = {}
        self.amounts: dict[str, list[float]] = {}
        self.known_liquid: Liquid | None = None

    @property
    def volume_ml(self) -> float:
        """Return the volume, mL."""
        return sum(part[0] for part in self.volumes.values())

    def receive(self, plug: Plug) -> None:
        """Mix `plug` in, gas included; its own liquid returned does not change the composition."""
        ml, gain, var = plug.volume_ml, plug.gain_ml, plug.var_ml2
        square = ml * ml
        for parts, liquid in ((self.volumes, plug.liquid.volumes), (self.amounts, plug.liquid.amounts)):
            for name, (value, g, lot, v) in liquid.items():
                own = parts.get(name)
                if own is None:
                    own = parts[name] = [0.0, 0.0, 0.0, 0.0]
                own[0] += value * ml
                own[1] += g * ml + value * gain
                own[2] += lot * ml
                own[3] += v * square + value * value * var
        if plug.liquid is not self.known_liquid:
            self.known_liquid = None

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

    def vent(self) -> None:
        """Let gas go."""
        if self.volumes.pop(GAS, None) is not None:
            self.known_liquid = None

    def liquid(self) -> Liquid:
        """Return the composition; of nothing it is gas."""
        if self.known_liquid is None:
            whole = self.volume_ml
            self.known_liquid = self._composition(whole) if whole > 0 else PURE_GAS
        return self.known_liquid

    def _composition(self, whole: float) -> Liquid:
        """Divide by the volume; a gain error shared with the volume does not change a concentration."""
        gain_rel = sum(part[1] for part in self.volumes.values()) / whole
        square = whole * whole
        volumes, amounts = (
            {
                name: (value / whole, gain / whole - value / whole * gain_rel, lot / whole, var / square)
                for name, (value, gain, lot, var) in parts.items()
            }
            for parts in (self.volumes, self.amounts)
        )
        return Liquid(volumes, amounts)

    def draw(self, volume_ml: float, gain_ml: float, var_ml2: float) -> Plug:
        """Take `volume_ml`, at most what there is; what stays loses what was taken and bears the same error."""
        whole = self.volume_ml
        liquid = self.liquid()
        if whole <= 0:
            return Plug(PURE_GAS, 0.0)
        if volume_ml > whole - SNAP_ML:
            own_gain_ml = sum(part[1] for part in self.volumes.values())
            self.volumes, self.amounts, self.known_liquid = {}, {}, None
            return Plug(liquid, whole, own_gain_ml)
        rest = (1.0 - volume_ml / whole) ** 2
        for parts, composition in ((self.volumes, liquid.volumes), (self.amounts, liquid.amounts)):
            for name, (value, gain, lot, _) in composition.items():
                own = parts[name]
                own[0] -= value * volume_ml
                own[1] -= gain * volume_ml + value * gain_ml
                own[2] -= lot * volume_ml
                own[3] = own[3] * rest + value * value * var_ml2
        return Plug(liquid, volume_ml, gain_ml, var_ml2)

    def mixture(self) -> Mixture:
        """Return the content as a value."""
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
        return twin


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
        first.var_ml2 + second.var_ml2,
    )
