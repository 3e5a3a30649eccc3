"""How the platform finds this driver."""

from autosynth.contracts.driver import DriverEntry, no_framing
from drivers.file_drop.device import FileDrop
from drivers.file_drop.options import limits, simulator_options

DRIVER = DriverEntry(
    kinds=("spectrometer",),
    simulator="file_drop",
    line=None,
    limits=limits,
    framing=no_framing,
    build=FileDrop,
    verified="no hardware yet; names, kinds of file and times are options",
    knows="actual: the file decides, once it is whole and grows no more",
    sources="JCAMP-DX 4.24 (Appl. Spectrosc. 1988); Adsorption Information File (Langmuir 2021); mzML 1.1; "
    "columns of numbers",
    simulator_options=simulator_options,
)
