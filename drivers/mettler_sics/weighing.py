"""What a balance shows, now or when it is steady, and what that is worth."""

import math

from autosynth.contracts.device import Identity
from autosynth.errors import DeviceBusyError, DeviceRefusedError
from drivers.mettler_sics.codec import Reading, parse_reading
from drivers.mettler_sics.options import BalanceOptions
from drivers.mettler_sics.talk import SicsTalk

_REASONS = {"+": ("overload", "Take something off the pan."), "-": ("underload", "Is the pan where it belongs?")}

_ADVICE = "Look for draughts, vibration, and a vessel that touches or is warm."
_CONFIRMATIONS = 4
_AGREEMENT = 6.0
"""Readings of the same mass differ by no more than so many standard uncertainties of one."""


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
        """Return what it shows now, steady or not; when it is steady, once two readings running agree."""
        last = await self._shown()
        for _ in range(_CONFIRMATIONS):
            before, last = last, await self._shown()
            if not (before.stable and last.stable) or self._agree(before.mass_mg, last.mass_mg):
                break
        return last

    async def steady(self) -> float:
        """Wait until the reading is stable and return it, in mg, once two readings running agree.

        A line without checksums may turn a digit. A silent balance is noticed by the question for the present reading,
        and not only after the time that a stable one may take.

        Raises:
            DeviceBusyError: it does not become stable in time.
            DeviceRefusedError: over- or underload, or an error of the balance.
        """
        await self._shown()
        last_mg = await self._stable()
        for _ in range(_CONFIRMATIONS):
            before_mg, last_mg = last_mg, await self._stable()
            if self._agree(before_mg, last_mg):
                return last_mg
        raise DeviceBusyError("its stable readings contradict each other", self._name, b"S\r\n", advice=_ADVICE)

    async def _shown(self) -> Reading:
        return await self._talk.ask("SI", parse_reading)

    def _agree(self, one_mg: float | None, other_mg: float | None) -> bool:
        return one_mg is not None and other_mg is not None and abs(one_mg - other_mg) <= _AGREEMENT * self.sd_mg

    async def _stable(self) -> float:
        reading = await self._talk.ask("S", parse_reading, self._options.stability_s + self._options.reply_s)
        if reading.mass_mg is not None and reading.stable:
            return reading.mass_mg
        if reading.reason in {"I", ""}:
            raise DeviceBusyError("the weight does not become stable", self._name, b"S\r\n", advice=_ADVICE)
        message, advice = _REASONS.get(reading.reason, (reading.reason, "Look at the balance."))
        raise DeviceRefusedError(message, self._name, b"S\r\n", advice=advice)
