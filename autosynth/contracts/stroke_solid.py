"""The strokes of solids and of instruments that write files: milling, weighing, dosing, pushing, collecting."""

from dataclasses import dataclass
from typing import ClassVar

from autosynth.contracts.device import Outcome
from autosynth.contracts.infusion import Infuser
from autosynth.contracts.milling import Mill
from autosynth.contracts.repeat import Repeat
from autosynth.contracts.spectrometer import Exposure, Spectrometer
from autosynth.contracts.weighing import Balance, Doser


@dataclass(frozen=True, slots=True)
class StartMill:
    """Set a mill running at `frequency_hz` of the jar."""

    VERB: ClassVar[str] = "start_mill"
    REPEAT: ClassVar[Repeat] = Repeat.ONCE
    frequency_hz: float

    async def on(self, mill: Mill) -> Outcome:
        """Carry it out."""
        return await mill.start_mill(self.frequency_hz)


@dataclass(frozen=True, slots=True)
class StopMill:
    """Bring a mill to rest."""

    VERB: ClassVar[str] = "stop_mill"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE

    async def on(self, mill: Mill) -> Outcome:
        """Carry it out."""
        return await mill.stop_mill()


@dataclass(frozen=True, slots=True)
class Weigh:
    """Read a balance when it is stable."""

    VERB: ClassVar[str] = "weigh"
    REPEAT: ClassVar[Repeat] = Repeat.REPEATABLE

    async def on(self, balance: Balance) -> Outcome:
        """Carry it out."""
        return await balance.weigh()


@dataclass(frozen=True, slots=True)
class DosePowder:
    """Let powder fall until there is `target_mg` more on the balance, within `tolerance_frac` of it."""

    VERB: ClassVar[str] = "dose_powder"
    REPEAT: ClassVar[Repeat] = Repeat.ONCE
    target_mg: float
    tolerance_frac: float

    async def on(self, doser: Doser) -> Outcome:
        """Carry it out."""
        return await doser.dose_powder(self.target_mg, self.tolerance_frac)


@dataclass(frozen=True, slots=True)
class InfuseTo:
    """Push out of a syringe until its pump has counted `to_ml`, at `rate_ml_min`."""

    VERB: ClassVar[str] = "infuse_to"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE
    to_ml: float
    rate_ml_min: float

    async def on(self, infuser: Infuser) -> Outcome:
        """Carry it out."""
        return await infuser.infuse_to(self.to_ml, self.rate_ml_min)


@dataclass(frozen=True, slots=True)
class ClearCounter:
    """Let a pump count what it pushes from zero."""

    VERB: ClassVar[str] = "clear_counter"
    REPEAT: ClassVar[Repeat] = Repeat.ABSOLUTE

    async def on(self, infuser: Infuser) -> Outcome:
        """Carry it out."""
        return await infuser.clear_counter()


@dataclass(frozen=True, slots=True)
class Collect:
    """Wait for the file of a measurement that somebody makes."""

    VERB: ClassVar[str] = "collect"
    REPEAT: ClassVar[Repeat] = Repeat.REPEATABLE
    exposure: Exposure

    async def on(self, spectrometer: Spectrometer) -> Outcome:
        """Carry it out."""
        return await spectrometer.collect(self.exposure)


SolidStroke = StartMill | StopMill | Weigh | DosePowder | InfuseTo | ClearCounter | Collect
