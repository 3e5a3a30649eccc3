"""A Runze valve's options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits
from autosynth.contracts.options import OptionReader


@dataclass(frozen=True, slots=True)
class ValveOptions:
    """How a valve is set up; `revolution_s` is the manual's upper limit and shapes deadlines only."""

    address: int
    ports: int
    link: str
    revolution_s: float
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]

    @property
    def port_names(self) -> tuple[str, ...]:
        """Return the ports as the station names them."""
        return tuple(str(number) for number in range(1, self.ports + 1))


def read_options(options: Mapping[str, Any]) -> ValveOptions:
    """Return a valve's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = ValveOptions(
        address=reader.integer("address", 0, 255, 0),
        ports=reader.integer("ports", 2, 24),
        link=reader.choice("link", ("rs232", "rs485"), "rs232"),
        revolution_s=reader.quantity("revolution_time", "time", 0.1, 60.0, 5.0),
        reply_s=reader.quantity("reply_time", "time", 0.05, 5.0, 1.0),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the valve.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    return Limits(ports=read_options(settings.options).port_names)


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated valve needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {"address": options.address, "ports": options.ports, "link": options.link, **options.simulated}
