"""What a balance shows, now or when it is steady, and what that is worth."""

import math

from autosynth.contracts.device import Identity
from autosynth.errors import DeviceBusyError, DeviceRefusedError
from drivers.mettler_sics.codec import Reading, parse_reading
from drivers.mettler_sics.options import BalanceOptions
from drivers.mettler_sics.talk import SicsTalk

_REASONS = {"+": ("overload", "Take something off the pan."), "-": ("underload", "Is the pan where it belongs?")}


class Weighing:
    """The readings of one balance.

    Attributes:
        sd_mg: Standard uncertainty of one reading: its repeatability, and rounding to its last digit.
    """

    def __init__(self, name: str, talk: SicsTalk, options: BalanceOptions) -> None:
        self.sd_mg = math.hypot(options.repeatability_mg, options.readability_mg / math.sqrt(12))
        self._name = name
        self._talk = talk
        self._options = options

    async def identify(self) -> Identity:
        """Ask for serial number, model and software; nothing is changed."""
        serial_number = await self._talk.inquire("I4")
        return Identity(await self._talk.inquire("I2"), serial_number, await self._talk.inquire("I3"))

    async def now(self) -> Reading:
        """Return what it shows now, steady or not."""
        return await self._talk.ask("SI", parse_reading)

    async def steady(self) -> float:
        """Wait until the reading is stable and return it, in mg.

        Raises:
            DeviceBusyError: it does not become stable in time.
            DeviceRefusedError: over- or underload, or an error of the balance.
        """
        await self.now()  # a silent balance is noticed at once, not after the time that a stable reading may take
        reading = await self._talk.ask("S", parse_reading, self._options.stability_s + self._options.reply_s)
        if reading.mass_mg is not None and reading.stable:
            return reading.mass_mg
        if reading.reason in {"I", ""}:
            advice = "Look for draughts, vibration, and a vessel that touches or is warm."
            raise DeviceBusyError("the weight does not become stable", self._name, b"S\r\n", advice=advice)
        message, advice = _REASONS.get(reading.reason, (reading.reason, "Look at the balance."))
        raise DeviceRefusedError(message, self._name, b"S\r\n", advice=advice)
