"""A Spinsolve's options and limits.

`data_folder` is the path as the spectrometer's own computer has it, below which each block gets a folder; the same
folder as this computer has it stands in the device's address. Times marked as assumed in the documents shape deadlines
and forecasts only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.nmr import ShimMethod
from autosynth.contracts.options import OptionReader
from drivers.magritek_spinsolve.protocols import Protocol, read_protocols


@dataclass(frozen=True, slots=True)
class SpinsolveOptions:
    """How the spectrometer is used."""

    data_folder: str
    nesting: str
    protocols: Mapping[str, Protocol]
    scans_max: int
    line_width_max_hz: float
    overhead_s: float
    shim_s: Mapping[ShimMethod, float]
    patience_s: float
    files_s: float
    look_s: float
    listen_s: float
    overheard: bool
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    def path(self, folder: str) -> str:
        """Return where a block's folder is on the spectrometer's computer."""
        separator = "\\" if "\\" in self.data_folder else "/"
        return separator.join([self.data_folder.rstrip("\\/"), *folder.replace("\\", "/").split("/")])

    def folder(self, path: str) -> str:
        """Return the block's folder that a path is, or the path itself when it is not below the data folder."""
        here, root = path.replace("\\", "/"), self.data_folder.replace("\\", "/").rstrip("/") + "/"
        return here[len(root) :].rstrip("/") if here.lower().startswith(root.lower()) else path


def read_options(options: Mapping[str, Any]) -> SpinsolveOptions:
    """Return the options of a station file.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = SpinsolveOptions(
        data_folder=reader.text("data_folder"),
        nesting=reader.choice("nesting", ("set", "bare"), "set"),
        protocols=read_protocols(reader.mapping("protocols")),
        scans_max=reader.integer("scans_max", 1, 1 << 20, 16384),
        line_width_max_hz=reader.quantity("line_width_max", "frequency", 0.01, 1000.0, 1.0),
        overhead_s=reader.quantity("overhead", "time", 0.0, 600.0, 20.0),
        shim_s={
            ShimMethod.CHECK: reader.quantity("check_shim_time", "time", 1.0, 3600.0, 60.0),
            ShimMethod.QUICK: reader.quantity("quick_shim_time", "time", 1.0, 7200.0, 600.0),
            ShimMethod.POWER: reader.quantity("power_shim_time", "time", 1.0, 36000.0, 3600.0),
        },
        patience_s=reader.quantity("patience", "time", 1.0, 3600.0, 60.0),
        files_s=reader.quantity("file_time", "time", 1.0, 3600.0, 60.0),
        look_s=reader.quantity("look", "time", 0.1, 60.0, 1.0),
        listen_s=reader.quantity("listen", "time", 0.1, 600.0, 10.0),
        overheard=reader.flag("overheard", default=True),
        reply_s=reader.quantity("reply_time", "time", 0.1, 60.0, 5.0),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the spectrometer.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(nuclei=tuple(options.protocols), scans_max=options.scans_max)


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated spectrometer needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {"data_folder": options.data_folder, **options.simulated}
