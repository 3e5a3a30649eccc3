"""The options of a simulated balance in the bench description."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What a balance is and how it behaves; masses in mg. Made up or assumed unless said otherwise.

    Attributes:
        capacity_mg, readability_mg: Largest mass and last digit.
        noise_mg: Standard deviation of a stable reading.
        settle_s: From a change on the pan to a stable reading.
        stability_s: How long `S` waits for a stable reading before it answers `S I`.
        unit: In which masses are answered: "g" or "mg".
        model, serial, software: What `I2`, `I4` and `I3` answer.
        quantos: Whether there is a dosing head.
        door, pin: "open" or "closed"; "unlocked" or "locked", when the bench opens.
        door_s, pin_s: How long door and pin take.
        prepare_s, flow_mg_s: From the start of a dosing to the first powder, and how fast it falls then.
        patience_s: How long no powder may flow before the head gives up with error 7.
        spread: Standard deviation of the dosed mass about its target, in parts of the tolerance.
        boot_s: From power to the line that says the serial number; nothing is heard before.
        baud, reply_delay_s: Of the line.
    """

    capacity_mg: float = 220000.0
    readability_mg: float = 0.1
    noise_mg: float = 0.05
    settle_s: float = 2.0
    stability_s: float = 40.0
    unit: str = "g"
    model: str = "XPE205"
    serial: str = "B000000001"
    software: str = "2.10"
    quantos: bool = False
    door: str = "open"
    pin: str = "unlocked"
    door_s: float = 3.0
    pin_s: float = 1.0
    prepare_s: float = 12.0
    flow_mg_s: float = 5.0
    patience_s: float = 30.0
    spread: float = 0.3
    boot_s: float = 3.0
    baud: int = 9600
    reply_delay_s: float = 0.01
