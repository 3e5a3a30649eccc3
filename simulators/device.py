"""How the bench and a simulated device meet: what a device shows the bench, and what it may ask of the twin.

A device package `simulators/<model>/` offers in its `face` module `build(name, spec, twin, rng) -> Face`: `spec` is
the device's entry of the bench description ({"model", "address", "options", "vessel"?}), `rng` the device's own stream
of random numbers. Nothing here knows asyncio, a clock or a codec.

Rules every face keeps, so that the bench can stay cheap:
- every call that takes `t_s` first brings the device to `t_s`; times never decrease;
- `receive` gets bytes at the moment the last of them has arrived; a frame may come in pieces or several at once;
- after `receive`, `advance`, `power_cycle`, `opened` and `inject` the bench calls `collect` once and then `advance`
  once for the next wake-up, so a face need not remember whom it told;
- a frame's time may lie in the future (reply delay), never before the `collect` that returns it, except after `run_on`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from simulators.circuit import Circuit
from simulators.twin.electrode import Electrode
from simulators.twin.receiver import Receiver

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Link:
    """The kind of port a device sits on; devices on one address must agree.

    Attributes:
        kind: "serial" is timed at 10 bits a byte, "tcp" at a fixed small latency; "folder" is no wire at all: nobody
            connects, and files are all that ever comes.
        baud: Bits per second; 0 for others.
        framing: "8N1" or "7E1"; "" for others.
        restart_s: A port that hangs up when its device loses power is back after this long; 0 for one that stays.
    """

    kind: Literal["serial", "tcp", "folder"] = "serial"
    baud: int = 9600
    framing: str = "8N1"
    restart_s: float = 0.0


class Twin(Protocol):
    """What a body may ask of the bench's physical and chemical state."""

    def turn(self, device: str, port: str | None, t_s: float) -> None:
        """Put a pump's or selector's valve at a port ("1", "2", ...; never "common"), None for closed."""
        ...

    def displace(self, pump: str, delta_ml: float, t0_s: float, t1_s: float) -> bool:
        """Move true (gain applied) volume evenly over [t0_s, t1_s] along the path open then.

        Positive is out of the syringe, negative into it. Called once per completed or interrupted stroke, at its end.
        Returns False when no path was open at `t0_s`: nothing moved, which the pump feels as an overload.
        """
        ...

    def path_open(self, pump: str, t_s: float) -> bool:
        """Tell whether the syringe is connected to a vessel now; ask at a stroke's start to overload at once."""
        ...

    def bind_temperature(self, vessel: str, temperature_c: Callable[[float], float], t_s: float) -> None:
        """From `t_s` on the vessel is at `temperature_c(t)`; bind anew whenever the closed form changes."""
        ...

    def temperature(self, vessel: str | None, t_s: float) -> float:
        """Return a vessel's temperature in Celsius, the ambient one for an unbound vessel or None."""
        ...

    def stirring(self, vessel: str, rpm: float, t_s: float) -> None:
        """From `t_s` on the vessel is stirred at `rpm`."""
        ...

    def volume_ml(self, vessel: str) -> float:
        """Return how much liquid is in a vessel (heat capacity, wetted electrodes)."""
        ...

    def voltammogram(self, vessel: str, potential_v: Array, dt_s: float, electrode: Electrode, t_s: float) -> Array:
        """Return the current in A (anodic positive) at each programmed potential on the cell's reference scale.

        Includes iR drop, double layer, noise and drift. `dt_s` is the time between points, `t_s` the sweep's start.
        """
        ...

    def tube(self, device: str, position: str) -> str | None:
        """Return the vessel at the other end of the line at a device's port or position, None where there is none."""
        ...

    def line_ml(self, device: str, port: str) -> float | None:
        """Return the volume of the line at a device's port, None where there is none."""
        ...

    def leak(self, device: str, share: float) -> None:
        """Let a part of what passes a pump or selector from now on be lost at its seal, or drawn in as air."""
        ...

    def admit(self, device: str, port: str, air_ml: float) -> None:
        """Put air in the place of what stands in the line at a device's port, next to the device; that is lost."""
        ...

    def deplete(self, vessel: str, left_ml: float, t_s: float) -> None:
        """Let a vessel hold no more than so much liquid at `t_s`: the rest is lost, to nobody's knowledge."""
        ...

    def insert(self, device: str, vessel: str | None, t_s: float) -> None:
        """Let a sampler have a vessel in the magnet from `t_s` on, None for an empty bore."""
        ...

    def inserted(self, device: str, t_s: float) -> str | None:
        """Return the vessel a sampler had in the magnet at a time."""
        ...

    def smash(self, vessel: str, t_s: float) -> None:
        """Break a vessel: its content is spilled, and so is whatever is filled into it later."""
        ...

    def shake(self, mill: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
        """Let a mill's frequency go evenly from one value to another over [t0_s, t1_s] and stay there afterwards.

        Called whenever the plan of its frequency changes; a call replaces what was planned after its `t0_s`. The jar
        that stands in the mill is milled.
        """
        ...

    def jar_at(self, place: str, t_s: float) -> str | None:
        """Return the jar that stands in a mill or on a balance (a device's name), None for none."""
        ...

    def circuit(self, device: str) -> Circuit:
        """Return the hard-wired circuit of a device's contacts, the same one to everybody who asks."""
        ...

    def pressure_kpa(self, vessel: str, t_s: float) -> float:
        """Return the gauge pressure of a vessel; zero for an open one."""
        ...

    def warm(self, jar: str, by_k: float, t_s: float) -> None:
        """Let a jar be so many K warmer from `t_s` on than friction makes it (fault `jar_hot`)."""
        ...

    def gas(self, jar: str, by_kpa: float, t_s: float) -> None:
        """Let gas come into a closed jar, as much as raises its pressure by so much (fault `jar_gas`)."""
        ...

    def pan_mg(self, balance: str, t_s: float) -> float:
        """Return the mass of what stands on a balance's pan, with its content."""
        ...

    def powder_fall(self, doser: str, mass_mg: float, t0_s: float, t1_s: float) -> float:
        """Let powder fall out of the mounted head onto the pan; return what falls, less when the head is empty.

        Asked at `t0_s`, the pan shows it arriving evenly until `t1_s`; asked at `t1_s` it is all there.
        """
        ...

    def head(self, doser: str) -> Mapping[str, Any] | None:
        """Return the mounted dosing head {"substance", "lot", "left_mg", "powder"}, None for none."""
        ...

    def empty_head(self, doser: str, left_mg: float) -> None:
        """Let the mounted head hold no more than so much (fault `head_empty`)."""
        ...

    def exposure(self, device: str, t_s: float) -> Mapping[str, Any] | None:
        """Return what a person has put into a file-drop instrument since the last call, once, or None.

        {"name": what the file is to be called, "at_s": when it was put in, "technique", "mass_mg"} with the rendered
        data under "x" and "y" (lists of numbers) and their "x_unit" and "y_unit"; a composition has "elements" instead
        (symbol -> mmol/g).
        """
        ...

    def fid(
        self,
        vessel: str | None,
        nucleus: str,
        receiver: Receiver,
        scans: int,
        repetition_s: float,
        pulse_deg: float,
        t_s: float,
    ) -> Complex:
        """Return the mean free induction decay of a block of scans: complex points, noise included.

        The sample is what the vessel holds at `t_s`; None, an empty bore, gives noise alone.
        """
        ...


class Face(Protocol):
    """A simulated device as the bench sees it: bytes in, timed frames out."""

    link: Link
    faults: frozenset[str]
    """Names of the faults of its own that `inject` understands, of `simulators.faultkinds`."""

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes whose last arrived at `t_s`; every device on a bus gets all bytes."""
        ...

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over frames produced since the last call, each with the time its first byte leaves the device."""
        ...

    def advance(self, t_s: float) -> float | None:
        """Bring the device to `t_s`; return its next own wake-up (motion end, watchdog expiry) after `t_s`, or None."""
        ...

    def power_cycle(self, t_s: float) -> None:
        """Lose and regain power at `t_s`: what was moving stops where it is, volatile state is gone."""
        ...

    def opened(self, t_s: float) -> None:
        """The host opened the port (a board may reset, a mode may latch)."""
        ...

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Suffer a fault named in `faults` from `t_s` on; `values` are the spec's keys (`for`, `at_ml`, ...)."""
        ...

    def state(self) -> dict[str, Any]:
        """Return JSON-able truth about the device, for tests and records only."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """A face that speaks of itself, often: it need not be woken for every frame while nobody looks."""

    def run_on(self, t_s: float) -> None:
        """Go on to `t_s` at once, though it asked to be woken before: nothing else happens on the bench until then.

        Every frame bears the time it left at, and what is asked of the twin is asked with its own time.
        """
        ...


@runtime_checkable
class Filing(Protocol):
    """A face whose instrument writes files on a computer of its own."""

    def dropped(self, t_s: float) -> list[tuple[str, bytes]]:
        """Hand over files written since the last call: path below the device's own folder, "/" between, and bytes.

        A path may come again, with more bytes than before: the newest counts.
        """
        ...


@runtime_checkable
class Particular(Protocol):
    """A face that has faults which need something to befall: a port with a line, a bottle, a tube."""

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Raise ValueError when a fault has nothing to befall here; changes nothing."""
        ...


@runtime_checkable
class Waiting(Protocol):
    """A face that has faults which wait for something: a plunger's place, the n-th file."""

    def waits(self, fault: str) -> bool:
        """Tell whether a fault that was injected has not struck yet."""
        ...


@runtime_checkable
class Handled(Protocol):
    """A face that a person touches: a lid, a key, a reset button."""

    def hand(self, t_s: float, task: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person does to the device, {"do": verb, "device": its name, ...}; return what the person sees.

        Raises:
            ValueError: nobody can do that to this device.
        """
        ...


class Build(Protocol):
    """The factory each device package offers as `simulators.<model>.face.build`."""

    def __call__(self, name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> Face:
        """Build a device in its power-up state at t = 0; raises ValueError for options it does not know."""
        ...
