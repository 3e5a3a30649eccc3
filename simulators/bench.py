"""Composes a simulated bench from its plain description: devices by model name, ports with byte timing, faults, twin.

One heap holds everything that will happen: bytes reaching a device, a device's own wake-ups, faults. Each happens at
its own time, however late the host looks; between events nothing is computed, and a device that streams runs on to the
next event at once. It refuses to know a device's protocol, asyncio, a clock or files on disk.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from math import inf
from typing import Any

from simulators.device import Build, Filing, Handled, Particular, Streaming
from simulators.faultkinds import KINDS
from simulators.faults import Fault, FrameFaults, parse_fault
from simulators.layout import Unit, address_of, built, chance, check_wired, ports_of, struck
from simulators.port import Port, Stream
from simulators.twin.twin import BenchTwin

MODELS: Mapping[str, str] = {
    "alicat_mc": "simulators.alicat_mc.face",
    "file_drop": "simulators.file_drop.face",
    "delta_vfd": "simulators.delta_vfd.face",
    "genogrinder_2010": "simulators.genogrinder_2010.face",
    "grbl_carousel": "simulators.grbl_carousel.face",
    "ika_ret": "simulators.ika_ret.face",
    "keithley_2450": "simulators.keithley_2450.face",
    "magritek_spinsolve": "simulators.magritek_spinsolve.face",
    "mettler_sics": "simulators.mettler_sics.face",
    "new_era_ne1000": "simulators.new_era_ne1000.face",
    "modbus_block": "simulators.modbus_block.face",
    "palmsens_emstat_pico": "simulators.palmsens_emstat_pico.face",
    "runze_sv06": "simulators.runze_sv06.face",
    "tecan_cavro": "simulators.tecan_cavro.face",
}
"""Model name in a bench description -> the module whose `build` makes it; imported when first needed."""
SCHEMA = 1


class SimulatedBench:
    """Simulated instruments on their ports and the vessels between them; it outlives a crash of the host."""

    def __init__(
        self,
        bench: Mapping[str, Any],
        seed: int,
        faults: Sequence[str] = (),
        builders: Mapping[str, Build] | None = None,
    ) -> None:
        """Build everything in its power-up state at t = 0; `builders` adds models beyond the known ones.

        Raises:
            ValueError: the description, a model or a fault is not known.
        """
        if bench.get("schema", SCHEMA) != SCHEMA:
            message = f"bench description schema {bench['schema']} is not the one understood here, {SCHEMA}"
            raise ValueError(message)
        self._t_s = 0.0
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._sequence = 0
        devices: Mapping[str, Mapping[str, Any]] = bench.get("devices", {})
        self._twin = BenchTwin(bench, chance(seed, "twin"))
        self._seed = seed
        faces = {n: built(n, spec, self._twin, seed, MODELS, builders or {}) for n, spec in devices.items()}
        self._ports = ports_of(devices, faces)
        self._arriving = list(self._ports.values())
        self._until_s = 0.0
        self._next_s = -inf
        self._units: list[Unit] = []
        for i, (name, face) in enumerate(faces.items()):
            port = self._ports[address_of(name, devices[name])]
            self._units.append(Unit(i, name, face, port, None, face if isinstance(face, Streaming) else None))
        for unit in self._units:
            self._after(unit, 0.0)
        self._announced = [(spec, self._read(spec)) for spec in faults]
        for _, fault in self._announced:
            self._plan(fault)

    def addresses(self) -> dict[str, dict[str, Any]]:
        """Return the ports: name -> {"devices", "kind", "baud", "framing"}."""
        return {
            name: {
                "devices": [self._units[i].name for i in port.units],
                "kind": port.link.kind,
                "baud": port.link.baud,
                "framing": port.link.framing,
            }
            for name, port in self._ports.items()
        }

    def connect(self, address: str, t_s: float) -> Stream:
        """Open a port, ending any earlier stream on it; the devices on it notice.

        Raises:
            ValueError: there is no such address, or it is only a folder.
            ConnectionError: it is unplugged.
        """
        if address not in self._ports or self._ports[address].link.kind == "folder":
            wired = sorted(name for name, port in self._ports.items() if port.link.kind != "folder")
            message = f"no address {address!r} to connect to on this bench; it has {', '.join(wired)}"
            raise ValueError(message)
        self.advance(t_s)
        port = self._ports[address]
        if t_s < port.unplugged_until_s:
            message = f"port {address} is unplugged"
            raise ConnectionError(message)
        port.generation += 1
        port.forget(t_s)
        for index in port.units:
            self._units[index].face.opened(t_s)
            self._after(self._units[index], t_s)
        return Stream(self, port)

    def plugged(self, address: str, t_s: float) -> bool:
        """Tell whether the cable of an address is in; raises KeyError for an address that is not here."""
        return t_s >= self._ports[address].unplugged_until_s

    def suffer(self, spec: str, t_s: float) -> None:
        """Let a fault happen that was not planned; its `t` counts from now, and so does the `n` of replies.

        Raises:
            ValueError: the fault is not known, or nothing here that it could befall.
        """
        self.advance(t_s)
        fault = self._read(spec)
        self._plan(replace(fault, values={**fault.values, "t": t_s + fault.t_s}))

    def advance(self, t_s: float) -> float | None:
        """Bring everything to `t_s`; return when something will happen next, or None."""
        if self._t_s <= t_s < self._next_s:
            self._t_s = t_s
            return None if self._next_s == inf else self._next_s
        heap, self._until_s = self._heap, t_s
        while heap and heap[0][0] <= t_s:
            event_s, _, happen, arguments = heappop(heap)
            self._t_s = event_s
            happen(event_s, *arguments)
        if t_s > self._t_s:
            self._t_s = t_s
        next_s = heap[0][0] if heap else inf
        for port in self._arriving:
            if port.wake_s is not None and port.wake_s <= t_s:
                port.wake_s = port.settle(t_s)
            if port.wake_s is not None and port.wake_s < next_s:
                next_s = port.wake_s
        self._next_s = next_s
        return None if next_s == inf else next_s

    def deliver(self, port: Port, t_s: float, data: bytes) -> None:
        """Let the devices of a port have bytes at `t_s` (for streams)."""
        self._schedule(t_s, self._delivered, (port, data, port.pulled))

    def files(self) -> list[tuple[str, bytes]]:
        """Return what instruments have dropped since the last call: path below the device's name, and bytes."""
        found: list[tuple[str, bytes]] = []
        for unit in self._units:
            if isinstance(unit.face, Filing):
                found += [(f"{unit.name}/{path}", content) for path, content in unit.face.dropped(self._t_s)]
        return found

    def handle(self, task: Mapping[str, Any], t_s: float) -> dict[str, Any]:
        """Let a person do a task {"do": verb, ...} at `t_s`: with jars and powders, or to the device named in it.

        Raises:
            ValueError: the task is not known, or cannot be done.
        """
        self.advance(t_s)
        unit = next((each for each in self._units if each.name == task.get("device")), None)
        if unit is not None and isinstance(unit.face, Handled) and not self._twin.hands.knows(task):
            seen = unit.face.hand(t_s, task)
        else:
            seen = self._twin.hands.do(task, t_s)
        for touched in self._units if unit is None else (unit,):
            self._after(touched, t_s)
        return seen

    def truth(self) -> dict[str, Any]:
        """Return the state of vessels, lines, syringes and devices; for tests and the record of a simulated run."""
        devices = {unit.name: unit.face.state() for unit in self._units}
        return {"t_s": self._t_s, **self._twin.truth(self._t_s), "devices": devices}

    def unstruck(self) -> list[str]:
        """Return those of the faults it was opened with that have not struck so far, as they were given."""
        return [spec for spec, fault in self._announced if not struck(self._unit(fault), fault, self._t_s)]

    def state(self, device: str, t_s: float) -> dict[str, Any]:
        """Return the truth about one device at a time; raises KeyError for one that is not on this bench."""
        self.advance(t_s)
        return {unit.name: unit.face for unit in self._units}[device].state()

    def _schedule(self, t_s: float, happen: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self._sequence += 1
        heappush(self._heap, (t_s, self._sequence, happen, arguments))
        if t_s < self._next_s:
            self._next_s = t_s

    def _delivered(self, t_s: float, port: Port, data: bytes, pulled: int) -> None:
        if pulled != port.pulled:
            return
        for index in port.units:
            unit = self._units[index]
            unit.face.receive(t_s, data)
            self._after(unit, t_s)

    def _woken(self, t_s: float, unit: Unit) -> None:
        if unit.look_s != t_s:
            return
        unit.look_s = inf
        if unit.wake_s is None or unit.wake_s > t_s:  # it was put off meanwhile, as a watchdog that is fed
            self._look(unit)
            return
        unit.wake_s = None
        if unit.streaming is None:
            unit.face.advance(t_s)
        else:
            t_s = self._t_s = min(self._until_s, self._heap[0][0]) if self._heap else self._until_s
            unit.streaming.run_on(t_s)
        self._after(unit, t_s)

    def _after(self, unit: Unit, t_s: float) -> None:
        """Collect what a device produced and note when it wants to be woken."""
        frames = unit.face.collect(t_s)
        if frames:
            self._send(unit, frames)
        wake_s = unit.face.advance(t_s)
        if wake_s != unit.wake_s:
            unit.wake_s = wake_s
            if wake_s is not None:
                if wake_s <= t_s:
                    message = f"{unit.name} wants to be woken at {wake_s} s, which is not after {t_s} s"
                    raise ValueError(message)
                self._look(unit)

    def _look(self, unit: Unit) -> None:
        """See to it that a device is looked at no later than it wants to be woken."""
        if unit.wake_s is not None and unit.wake_s < unit.look_s:
            unit.look_s = unit.wake_s
            self._schedule(unit.wake_s, self._woken, (unit,))

    def _send(self, unit: Unit, frames: list[tuple[float, bytes]]) -> None:
        port = unit.port
        if unit.frame_faults is not None:
            frames = [left for frame in frames for left in unit.frame_faults.apply(frame)]
        arrival_s = port.queue([each for each in frames if each[1] and each[0] >= port.unplugged_until_s], unit.index)
        if arrival_s < (inf if port.wake_s is None else port.wake_s):
            port.wake_s = arrival_s
        if arrival_s < self._next_s:
            self._next_s = arrival_s

    def _read(self, spec: str) -> Fault:
        fault = parse_fault(spec, {unit.name: unit.face.faults for unit in self._units})
        check_wired(self._unit(fault), fault)
        face = self._unit(fault).face
        if KINDS[fault.name].of == "device" and isinstance(face, Particular):
            face.check(fault.name, fault.values)
        return fault

    def _unit(self, fault: Fault) -> Unit:
        return next(unit for unit in self._units if unit.name == fault.device)

    def _plan(self, fault: Fault) -> None:
        unit, of = self._unit(fault), KINDS[fault.name].of
        if of == "device":
            self._schedule(fault.t_s, self._injected, (unit, fault))
        elif of == "replies":
            if unit.frame_faults is None:
                unit.frame_faults = FrameFaults(chance(self._seed, f"faults of {unit.name}"))
            unit.frame_faults.add(fault)
        elif fault.name == "power_cycle":
            self._schedule(fault.t_s, self._power_cycled, (unit,))
        else:
            self._schedule(fault.t_s, self._unplugged, (unit.port, fault.end_s))

    def _injected(self, t_s: float, unit: Unit, fault: Fault) -> None:
        unit.face.inject(t_s, fault.name, fault.values)
        self._after(unit, t_s)

    def _power_cycled(self, t_s: float, unit: Unit) -> None:
        unit.port.silence(t_s, unit.index)
        unit.face.power_cycle(t_s)
        if unit.port.link.restart_s > 0.0:
            self._unplugged(t_s, unit.port, t_s + unit.port.link.restart_s)
        self._after(unit, t_s)

    def _unplugged(self, t_s: float, port: Port, until_s: float) -> None:
        port.unplugged_until_s = until_s
        port.generation += 1
        port.pulled += 1
        port.silence(t_s, None)
        port.forget(t_s)


def open_bench(bench: Mapping[str, Any], seed: int, faults: Sequence[str]) -> SimulatedBench:
    """Open a simulated bench (entry point `simulated` of group `autosynth.bench`).

    Raises:
        ValueError: the description, a model or a fault is not known.
    """
    return SimulatedBench(bench, seed, faults)
