"""Remote control on port 13000: requests in, replies and notifications out, in one stream of XML documents.

Set and Get are taken with and without the element `Set` around them, because hosts do both. What a host has set is
gone after a restart of the software, which is what a power cycle is here: the connection drops and comes back after
`boot_s`. Assumed: texts of errors, what an unknown request is told (an error), defaults of options left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, inf
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from simulators.device import Link, Twin
from simulators.magritek_spinsolve.body import Make, SpectrometerBody
from simulators.magritek_spinsolve.messages import Documents, message, read, written
from simulators.magritek_spinsolve.protocols import RefusedError, checked, listed, scanning
from simulators.magritek_spinsolve.remembered import SETTABLE, Remembered
from simulators.magritek_spinsolve.session import SHIM_SECONDS, Pace, Session
from simulators.options import read_options

BUSY = "Busy: a measurement is already running"


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description; the entry's `sampler` or `vessel` says what is in the magnet.

    Attributes:
        data_folder: The folder that others see; what is written elsewhere stays unseen.
        write_s: How long after `Ready` the share shows the files; processing_s: from `Ready` to `Completed`.
        falling: Whether positive frequencies of the decay in `data.1d` are lower shifts.
        best_hz, first_hz, drift_hz_h, ready_hz, ready_base_hz: Proton line widths, see `Make`.
        long_list: Whether the list of protocols is some 64 kB long.
        sensitivity: 1 for the noise described in `simulators.twin.resonance`; twice that for half of it.
    """

    software: str = "1.18.1.3062"
    type: str = "Spinsolve 80 Phosphorus"
    b1_1h_mhz: float = 80.2
    data_folder: str = "C:\\Data\\autosynth"
    sensitivity: float = 1.0
    bandwidth_khz: float = 5.0
    carrier_1h_ppm: float = 5.0
    carrier_31p_ppm: float = -5.0
    dead_time_s: float = 2e-4
    falling: bool = True
    best_hz: float = 0.4
    first_hz: float = 0.5
    drift_hz_h: float = 0.02
    ready_hz: float = 1.0
    ready_base_hz: float = 40.0
    overhead_s: float = 2.0
    progress_s: float = 5.0
    write_s: float = 0.4
    processing_s: float = 1.0
    stop_s: float = 1.0
    reply_delay_s: float = 0.01
    boot_s: float = 60.0
    long_list: bool = False
    opened_at: str = "2026-01-05T09:00:00"


class SpinsolveFace:
    """One instrument on its socket."""

    faults = frozenset({"busy_forever", "shim_failed", "busy_other_user", "folder_late", "fid_truncated", "drift"})

    def __init__(self, options: Options, body: SpectrometerBody) -> None:
        self.link = Link("tcp", 0, "", restart_s=options.boot_s)
        self._options = options
        self._body = body
        pace = Pace(
            options.overhead_s,
            options.progress_s,
            options.write_s,
            options.processing_s,
            options.stop_s,
            datetime.fromisoformat(options.opened_at),
            options.data_folder,
            options.falling,
        )
        self._session = Session(body, pace, self._say)
        self._documents = Documents()
        self._outbox: list[tuple[float, bytes]] = []
        self._t_s = 0.0
        self._remembered = Remembered(options.data_folder)
        self._requests: dict[str, Callable[[float, Element], None]] = {
            "HardwareRequest": self._hardware,
            "AvailableProtocolOptionsRequest": self._protocols,
            "Start": self._start,
            "EstimateDurationRequest": self._estimate,
            "CheckShimRequest": self._shim,
            "QuickShimRequest": self._shim,
            "PowerShimRequest": self._shim,
            "GetRequest": self._get,
            "Abort": lambda t_s, _element: self._session.abort(t_s),
            **dict.fromkeys(("Set", *SETTABLE), lambda _t_s, element: self._remembered.put(element)),
        }

    def receive(self, t_s: float, data: bytes) -> None:
        """Take bytes; every complete document is obeyed."""
        self.advance(t_s)
        for document in self._documents.feed(data):
            root = read(document)
            if root is None:
                self._complain(t_s, "The message could not be read")
                continue
            for element in root:
                handler = self._requests.get(element.tag)
                if handler is None:
                    self._complain(t_s, f"Unknown request {element.tag}")
                else:
                    handler(t_s, element)

    def _say(self, t_s: float, roots: tuple[Element, ...]) -> None:
        """Let messages go out together."""
        for root in roots:
            for notification in root.iter("StatusNotification"):
                notification.set("timestamp", self._session.now(t_s).strftime("%H:%M:%S"))
        self._outbox.append((t_s + self._options.reply_delay_s, b"".join(map(written, roots))))

    def _complain(self, t_s: float, error: str) -> None:
        root, notification = message("StatusNotification")
        SubElement(notification, "Error", {"error": error})
        self._say(t_s, (root,))

    def _hardware(self, t_s: float, _: Element) -> None:
        root, response = message("HardwareResponse")
        SubElement(response, "ConnectedToHardware").text = "true"
        SubElement(response, "SpinsolveSoftware").text = self._options.software
        SubElement(response, "SpinsolveType").text = self._options.type
        self._say(t_s, (root,))

    def _protocols(self, t_s: float, _: Element) -> None:
        root, response = message("AvailableProtocolOptionsResponse")
        listed(response, long=self._options.long_list)
        self._say(t_s, (root,))

    def _start(self, t_s: float, element: Element) -> None:
        if self._session.job is not None:
            self._complain(t_s, BUSY)
            return
        name, options = element.get("protocol", ""), _options(element)
        try:
            protocol = checked(name, options)
            if not protocol.nucleus:
                self._session.shim(_method(options.get("Shim", "CheckShim")), name, t_s)
                return
            scans = scanning(protocol, options)
        except RefusedError as refusal:
            self._complain(t_s, str(refusal))
            return
        now = self._session.now(t_s)
        labels = self._remembered.labels(name, options, now)
        self._session.measure(scans, labels, self._remembered.target.folder(now), t_s)

    def _estimate(self, t_s: float, element: Element) -> None:
        options = _options(element)
        try:
            protocol = checked(element.get("protocol", ""), options)
            if protocol.nucleus:
                seconds = self._session.duration_s(scanning(protocol, options))
            else:
                seconds = SHIM_SECONDS[_method(options.get("Shim", "CheckShim"))]
            attributes = {"durationInSeconds": str(ceil(seconds))}
        except RefusedError as refusal:
            attributes = {"durationInSeconds": "0", "error": str(refusal)}
        root, response = message("EstimateDurationResponse", {"protocol": element.get("protocol", ""), **attributes})
        for name, value in options.items():
            SubElement(response, "Option", {"name": name, "value": value})
        self._say(t_s, (root,))

    def _shim(self, t_s: float, element: Element) -> None:
        if self._session.job is not None:
            self._complain(t_s, BUSY)
        else:
            self._session.shim(element.tag.removesuffix("Request"), "SHIM", t_s)

    def _get(self, t_s: float, element: Element) -> None:
        self._say(t_s, (self._remembered.response(element),))

    def collect(self, t_s: float) -> list[tuple[float, bytes]]:
        """Hand over what was said since the last call."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def advance(self, t_s: float) -> float | None:
        """Let the procedure go on, each of its steps at its own time; return the next such time."""
        while (next_s := self._session.next_s()) is not None and next_s <= t_s:
            self._t_s = max(self._t_s, next_s)
            self._session.advance(self._t_s)
        self._t_s = max(self._t_s, t_s)
        return next_s

    def dropped(self, t_s: float) -> list[tuple[str, bytes]]:
        """Hand over the files that the share has shown since the last call."""
        return self._session.dropped(t_s)

    def power_cycle(self, t_s: float) -> None:
        """Restart the software: the connection drops, the running measurement and what was set are lost."""
        self.advance(t_s)
        self._session.lose(t_s)
        self._outbox.clear()
        self._documents.forget()
        self._remembered = Remembered(self._options.data_folder)

    def opened(self, t_s: float) -> None:
        """A new connection begins with a new document; settings and measurement are the software's and stay."""
        self.advance(t_s)
        self._documents.forget()

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Suffer a fault; see `simulators.faultkinds`.

        Raises:
            ValueError: for a fault not in `faults`.
        """
        self.advance(t_s)
        session, for_s = self._session, values.get("for", inf)
        match fault:
            case "busy_forever":
                session.stuck_until_s = t_s + for_s
            case "shim_failed":
                session.shims_fail_until_s = t_s + for_s
            case "busy_other_user":
                session.intrude(t_s, for_s)
            case "folder_late":
                session.late_s = for_s
            case "drift":
                self._body.drift(t_s, values["per_h"])
            case "fid_truncated":
                session.cut_short(int(values["n"]))
            case _:
                raise ValueError(f"a spectrometer knows no fault {fault!r}; it has {', '.join(sorted(self.faults))}")

    def state(self) -> dict[str, Any]:
        """Return what it is doing, what is in the magnet now and how good the field was when it last did something."""
        job = self._session.job
        return {
            "running": None if job is None else job.folder,
            "protocol": None if job is None else job.protocol,
            "of_another": job is not None and job.scanning is None and not job.shim,
            "sample": self._body.sample(inf),
            "line_width_hz": self._body.width_hz(self._t_s),
        }


def _options(element: Element) -> dict[str, str]:
    return {option.get("name", ""): option.get("value", "") for option in element.iter("Option")}


def _method(shim: str) -> str:
    """Return which of the three procedures a shim option means."""
    if shim.startswith("QuickShim"):
        return "QuickShim"
    return shim if shim == "PowerShim" else "CheckShim"


def build(name: str, spec: Mapping[str, Any], twin: Twin, rng: np.random.Generator) -> SpinsolveFace:
    """Build an instrument that has been warm for long.

    Raises:
        ValueError: for an option that is unknown or impossible.
    """
    options = read_options(Options, spec.get("options", {}))
    sampler, vessel = spec.get("sampler"), spec.get("vessel")
    if sampler is not None and vessel is not None:
        raise ValueError(f"{name}: either the sampler {sampler} or the vessel {vessel} is in the magnet, not both")
    make = Make(
        b1_1h_mhz=options.b1_1h_mhz,
        sampler=sampler,
        vessel=vessel,
        best_hz=options.best_hz,
        first_hz=options.first_hz,
        drift_hz_h=options.drift_hz_h,
        ready_hz=options.ready_hz,
        ready_base_hz=options.ready_base_hz,
        bandwidth_khz=options.bandwidth_khz,
        carrier_ppm={"1H": options.carrier_1h_ppm, "31P": options.carrier_31p_ppm},
        dead_time_s=options.dead_time_s,
        sensitivity=options.sensitivity,
    )
    return SpinsolveFace(options, SpectrometerBody(make, twin, rng))
