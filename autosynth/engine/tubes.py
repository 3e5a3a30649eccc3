"""Tubes of a rack: looked for before they are filled, brought into the magnet and out again.

A stepper motor tells nobody of lost steps and hands leave no trace, so a sampler is homed for each sample, and again
whenever the run has been held meanwhile or has another host. What it says of itself is asked anew, never remembered.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.contracts.sampler import port_over_needle
from autosynth.contracts.stroke import HomeSampler, MoveLift, TurnTo
from autosynth.engine.laboratory import Laboratory
from autosynth.station.drivers import device_limits
from autosynth.station.model import VesselSpec
from autosynth.station.racks import next_place


class Tubes:
    """Handles the tubes of one run."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory
        self._homed: dict[str, int] = {}
        """Action -> how often the run had gone to RUNNING when its sampler was homed for it."""

    def free(self, name: str) -> str:
        """Return the next empty tube of a rack that no action or role of this run has taken; a vessel is itself.

        The check has counted them; when there is none all the same, the last is returned and `look` holds.
        """
        rack = self._lab.plan.station.racks.get(name)
        if rack is None:
            return name
        history = self._lab.history
        taken = {str(record.details.get("cell")) for record in history.actions.values()}
        taken.update(self._lab.plan.roles.values())
        empty = next_place(rack, taken, lambda each: history.inventory.volume_ml(each) > 0)
        return rack.vessels[-1] if empty is None else empty

    async def look(self, action: str, asked: Mapping[str, Any]) -> None:
        """Look whether an empty tube is there before anything is dosed into its place; hold until it is.

        The sensor sees the place over the bore, so the carousel is turned there; a sampler without one says nothing.

        Raises:
            RunEndedError: the run was stopped.
        """
        spec = self._lab.plan.station.vessels[asked["cell"]]
        while self._lab.history.inventory.volume_ml(spec.name) > 0:
            self._lab.control.hold(f"{spec.name} is not empty, and {spec.rack or 'the bench'} has no other tube: stop")
            await self._lab.control.pass_gate()
        while spec.sampler is not None:
            await self._over_bore(action, spec, spec.sampler)
            if self._state(spec.sampler).get("tube_present") is not False:
                return
            where = f"{spec.rack} has no tube at position {spec.position}"
            self._lab.control.hold(f"{spec.sampler}: {where}, nothing was dosed; put an empty one in, then restart")
            await self._lab.control.pass_gate()

    async def before_dosing(self, action: str, vessel: str) -> None:
        """Look whether a tube is there before the first drop goes into its place; other vessels are taken to be.

        Raises:
            RunEndedError: the run was stopped.
        """
        spec = self._lab.plan.station.vessels[vessel]
        if spec.sampler is not None and not self._lab.history.inventory.volume_ml(vessel) > 0:
            await self.look(action, {"cell": vessel})

    async def into_magnet(self, action: str, spec: VesselSpec) -> bool:
        """Turn the tube over the bore and let it down; False: it was in already.

        Raises:
            RunEndedError: the run was stopped.
        """
        if await self.in_magnet(action, spec) or spec.sampler is None:
            return False
        while True:
            await self._over_bore(action, spec, spec.sampler)
            await self._lab.accounting.stroke(action, "insert", spec.sampler, MoveLift(inserted=True))
            if await self.in_magnet(action, spec):
                return True

    async def in_magnet(self, action: str, spec: VesselSpec) -> bool:
        """Ask the sampler whether this tube is in the magnet; without a sampler it is taken to be."""
        if spec.sampler is None:
            return True
        await self._lab.accounting.observe(action, spec.sampler)
        state = self._state(spec.sampler)
        return bool(state.get("inserted")) and state.get("at_magnet") == spec.position

    async def out_of_magnet(self, action: str, spec: VesselSpec) -> None:
        """Take the tube out; raises RunEndedError."""
        if spec.sampler is not None:
            while not await self._lab.accounting.stroke(action, "lift", spec.sampler, MoveLift(inserted=False)):
                pass

    async def _over_bore(self, action: str, spec: VesselSpec, sampler: str) -> None:
        """Turn the tube over the bore, with the lift up."""
        limits = device_limits(self._lab.plan.station, sampler)
        port = port_over_needle(spec.position, int(limits.positions or 1), int(limits.magnet_offset or 0))
        stroke = self._lab.accounting.stroke
        while True:
            goes = self._lab.control.goes
            if self._homed.get(action) != goes:
                if await stroke(action, "home", sampler, HomeSampler()):
                    self._homed[action] = goes
                continue
            if self._state(sampler).get("inserted") and not await stroke(action, "lift", sampler, MoveLift(False)):
                continue
            if await stroke(action, "turn", sampler, TurnTo(port)) and self._homed[action] == self._lab.control.goes:
                return

    def _state(self, sampler: str) -> Mapping[str, Any]:
        return self._lab.history.device_states.get(sampler, {})
