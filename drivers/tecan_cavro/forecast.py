"""What strokes should do to a Cavro pump, how they are commanded and how long they take; asks nothing of the wire."""

from dataclasses import dataclass

from autosynth.contracts.device import State
from autosynth.contracts.stroke import AnyStroke, HomePlunger, MovePlunger, TurnTo
from autosynth.errors import ArgumentError
from drivers.tecan_cavro.motion import initialise_s, stroke_s
from drivers.tecan_cavro.options import Scale, port_names


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expectations for one pump."""

    scale: Scale

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave.

        Raises:
            ArgumentError: the pump cannot do it, or its position is not trusted.
        """
        match stroke:
            case MovePlunger(to_ml, rate_ml_min):
                self.scale.speed(rate_ml_min)
                increments = self.scale.increments(to_ml)
                if state.get("initialised") is False or state.get("trusted") is False:
                    raise self._refusal("its position is not trusted; initialise it first")
                return {**state, **self._standing(increments)}
            case HomePlunger():
                port = str(self.scale.options.waste_port)
                return {**state, **self._standing(0), "port": port, "initialised": True, "trusted": True}
            case TurnTo(port):
                self.check_port(port)
                return {**state, "port": port, "ready": True, "error": 0}
            case other:
                raise self._refusal(f"{other.VERB} is no stroke of a pump")

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take from `state`.

        Raises:
            ArgumentError: the pump cannot do it.
        """
        increments, port = int(state["increments"] or 0), state.get("port")
        match stroke:
            case MovePlunger(to_ml, rate_ml_min):
                return self.stroke_s(abs(self.scale.increments(to_ml) - increments), self.scale.speed(rate_ml_min))
            case HomePlunger():
                known = state.get("initialised") is not False and state.get("trusted") is not False
                return self.home_s(increments if known else self.scale.options.stroke_increments)
            case TurnTo(target):
                self.check_port(target)
                return self.turn_s(str(port) if port is not None else None, target)
            case other:
                raise self._refusal(f"{other.VERB} is no stroke of a pump")

    def stroke_s(self, increments: int, speed: int) -> float:
        """Return how long a distance takes at a top speed in half-increments a second."""
        return stroke_s(self.scale.half_increments(increments), speed, self.scale.options.slope)

    def home_s(self, increments: int) -> float:
        """Return how long initialising takes with the plunger at `increments`."""
        options = self.scale.options
        return initialise_s(self.scale.half_increments(increments)) + options.ports * options.port_s

    def home_command(self) -> str:
        """Return the string that sets the mode, initialises to waste and leaves the valve there."""
        options = self.scale.options
        letter = "Z" if options.numbering == "clockwise" else "Y"
        mode = int(options.positioning == "fine")
        return f"N{mode}{letter}{options.force},{options.input_port},{options.waste_port}I{options.waste_port}R"

    def turn_command(self, now: str | None, port: str) -> str:
        """Return the string that turns the valve to `port` the short way: `I` clockwise, `O` the other way."""
        options = self.scale.options
        ahead = (int(port) - int(now)) % options.ports if now else 0
        forward = ahead <= options.ports // 2
        return f"{'I' if forward == (options.numbering == 'clockwise') else 'O'}{port}R"

    def turn_s(self, now: str | None, port: str) -> float:
        """Return how long turning takes; from an unknown place, a full turn."""
        options = self.scale.options
        ahead = (int(port) - int(now)) % options.ports if now else options.ports
        steps = min(ahead, options.ports - ahead) if now else ahead
        return steps * options.port_s

    def check_port(self, port: str) -> None:
        """Refuse a port that the valve does not have.

        Raises:
            ArgumentError: there is no such port.
        """
        ports = port_names(self.scale.options)
        if port not in ports:
            raise self._refusal(f"there is no port {port!r}, only {', '.join(ports)}")

    def _standing(self, increments: int) -> State:
        volume_ml = increments * self.scale.increment_ml
        return {"plunger_ml": volume_ml, "increments": increments, "ready": True, "error": 0}

    def _refusal(self, message: str) -> ArgumentError:
        return ArgumentError(message, self.scale.device)
