"""A stirred tank of POM-A at 25 C, driven without valves or lines: what the kinetic invariants are stated for."""

from dataclasses import dataclass, field

from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.contents import Layout
from simulators.twin.kinetics import Kinetics
from simulators.twin.vessel import Vessel

STOCK_MOL_L = {
    "SiW9": 0.010,
    "Mn(acac)3": 0.050,
    "Fe(acac)3": 0.050,
    "Lu(acac)3": 0.050,
    "AgOTf": 0.100,
    "NaOTf": 0.100,
    "KOTf": 0.100,
}
CLUSTER_MOL = 25e-6


def pom_layout() -> Layout:
    """Return a layout of acetone with every fed species of POM-A."""
    return Layout(["acetone"], STOCK_MOL_L, Kinetics(CHEMISTRIES))


@dataclass
class Tank:
    """A vessel and the time of day."""

    layout: Layout = field(default_factory=pom_layout)
    t_s: float = 0.0

    def __post_init__(self) -> None:
        self.vessel = Vessel("tank", 25.0, self.layout, self.layout.empty(), reacts=True, ambient_c=25.0)

    def add(self, species: str, equivalents: float, rate_ml_min: float = 0.5, parts: int = 12) -> "Tank":
        """Add equivalents per cluster from the stock at a rate, as a pump's strokes would."""
        amount_mol = equivalents * CLUSTER_MOL
        volume_ml = amount_mol / STOCK_MOL_L[species] * 1e3
        for _ in range(parts):
            plug = self.layout.plug(
                {"volumes_ml": {"acetone": volume_ml / parts}, "amounts_mol": {species: amount_mol / parts}}
            )
            end_s = self.t_s + volume_ml / parts / rate_ml_min * 60.0
            self.vessel.flow_in([plug], self.t_s, end_s)
            self.t_s = end_s
        return self

    def hold(self, minutes: float) -> "Tank":
        """Let time pass."""
        self.t_s += minutes * 60.0
        self.vessel.advance(self.t_s)
        return self

    def amounts(self) -> dict[str, float]:
        """Return mol by twin species."""
        return self.layout.composition(self.vessel.content)

    def concentrations(self) -> dict[str, float]:
        """Return mol/L by twin species."""
        litres = self.vessel.volume_ml() * 1e-3
        return {name: mol / litres for name, mol in self.amounts().items()}

    def cluster_yield(self) -> float:
        """Return the fraction of the ligand that is in FeMn4Lu2, with or without A."""
        amounts = self.amounts()
        return sum(mol for name, mol in amounts.items() if name.startswith("I")) / CLUSTER_MOL


def charged() -> Tank:
    """Return 5 mL of ligand."""
    return Tank().add("SiW9", 2.0, 2.0)


def recipe(hold_min: float = 60.0, fe: float = 1.0, mn: float = 4.0) -> Tank:
    """Return the reaction mixture after Mn, Fe and Lu in the right order and two equivalents of silver."""
    tank = charged().add("Mn(acac)3", mn).hold(hold_min).add("Fe(acac)3", fe, 0.25).hold(hold_min)
    return tank.add("Lu(acac)3", 2.0).hold(hold_min).add("AgOTf", 2.0).hold(10.0)
