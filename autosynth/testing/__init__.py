"""Conformance kits: what every driver of a kind must pass, on a simulated or a real instrument."""

from autosynth.testing.balance import check_balance
from autosynth.testing.device import check_device
from autosynth.testing.doser import check_doser
from autosynth.testing.gas import check_gas_flow
from autosynth.testing.infuser import check_infuser
from autosynth.testing.mill import check_mill
from autosynth.testing.nmr import check_nmr
from autosynth.testing.potentiostat import check_potentiostat
from autosynth.testing.pump import check_pump
from autosynth.testing.rig import MakeRig, NonConformanceError, Rig
from autosynth.testing.sampler import check_sampler
from autosynth.testing.sensing import check_inputs, check_sensor
from autosynth.testing.spectrometer import check_spectrometer
from autosynth.testing.tap import Tap
from autosynth.testing.thermal import check_stirrer, check_thermostat
from autosynth.testing.valve import check_valve

__all__ = [
    "MakeRig",
    "NonConformanceError",
    "Rig",
    "Tap",
    "check_balance",
    "check_device",
    "check_doser",
    "check_gas_flow",
    "check_infuser",
    "check_inputs",
    "check_mill",
    "check_nmr",
    "check_potentiostat",
    "check_pump",
    "check_sampler",
    "check_sensor",
    "check_spectrometer",
    "check_stirrer",
    "check_thermostat",
    "check_valve",
]
