"""A bench built in code for tests of the pure parts: one pump with five ports and one selector."""

from autosynth.station.model import Concentration, DeviceSpec, LineSpec, Station, VesselSpec
from autosynth.wire.address import Address, AddressKind

PUMP_SD_ML = 0.0005
GAIN_SD = 0.004


def small_bench(carry_over: float = 0.001) -> Station:
    """Return stocks A (10 ± 0.1 mmol/L) and B, argon, waste and, behind a selector, reactor and cell."""
    here = Address(AddressKind.SERIAL, "/dev/ttyUSB0")
    vessels = (
        VesselSpec("A", "stock", "stock", 100, volume_ml=50, solvent="acetone", concentrations={
            "SiW9": Concentration(0.010, 0.0001), "TBAPF6": Concentration(0.1)}),
        VesselSpec("B", "stock", "stock", 100, volume_ml=20, solvent="acetone", concentrations={
            "AgOTf": Concentration(0.1, 0.001)}),
        VesselSpec("argon", "gas", "gas", 0),
        VesselSpec("waste", "waste", "waste", 1000),
        VesselSpec("reactor", "vessel", "stirred_vessel", 25),
        VesselSpec("cell", "vessel", "measuring_cell", 1.5),
    )  # fmt: skip
    lines = (
        LineSpec("line_a", "A", "pump:1", 0.10, "A"),
        LineSpec("line_b", "B", "pump:2", 0.08, "B"),
        LineSpec("gas_line", "argon", "pump:3", 0.05, "argon"),
        LineSpec("waste_line", "pump:4", "waste", 0.06, "argon"),
        LineSpec("trunk", "pump:5", "selector:common", 0.03, "argon"),
        LineSpec("reactor_line", "selector:1", "reactor", 0.04, "argon"),
        LineSpec("cell_line", "selector:2", "cell", 0.05, "argon"),
    )
    devices = {name: DeviceSpec(name, driver, here) for name, driver in (("pump", "fake"), ("selector", "fake"))}
    return Station("small", devices, {v.name: v for v in vessels}, lines, carry_over=carry_over)
