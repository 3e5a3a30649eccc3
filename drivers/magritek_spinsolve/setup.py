"""What is said to the spectrometer for one block: all of it is put together before any of it is sent."""

from dataclasses import dataclass

from autosynth.contracts.nmr import Acquisition
from autosynth.errors import ArgumentError
from drivers.magritek_spinsolve import codec
from drivers.magritek_spinsolve.options import SpinsolveOptions
from drivers.magritek_spinsolve.protocols import settings


@dataclass(frozen=True, slots=True)
class Setup:
    """A block as requests: what prepares it, what starts it, and the question how long it takes."""

    prepared: tuple[bytes, ...]
    start: bytes
    question: bytes


def setup(block: Acquisition, options: SpinsolveOptions, offered: codec.Offered, device: str) -> Setup:
    """Return the requests of a block that the spectrometer can do, against what its software offers once known.

    Raises:
        ArgumentError: the software does not offer a value, or a text is none that XML can hold.
    """
    protocol = options.protocols[block.nucleus]
    values = settings(protocol, block, offered, device)
    try:
        return Setup(
            prepared=(
                codec.set_text("Sample", block.sample),
                codec.set_text("Solvent", block.solvent),
                codec.set_user_data({"folder": block.folder}),
                codec.set_folder(options.path(block.folder), inside=options.nesting == "set"),
            ),
            start=codec.start(protocol.name, values),
            question=codec.estimate(protocol.name, values),
        )
    except ValueError as error:
        raise ArgumentError(str(error), device) from error
