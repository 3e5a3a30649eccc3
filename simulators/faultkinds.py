"""What can go wrong on the simulated bench: every fault by name, the keys it takes, what it does and who notices.

Plain data, from which the documents' table is written. Which device has which fault of its own its face says
(`Face.faults`); those of replies and ports befall every device.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Of = Literal["replies", "port", "device"]
SENSED = "noticed"
UNSEEN = "not sensed"
"""What no instrument of its kind can feel: only a measurement or a person may find out."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Attributes:
        of: What it befalls.
        meaning: What happens.
        keys: The keys it takes besides `t`.
        needs: One of these keys has to be there, in every group.
        noticed: Whether a driver can notice it.
    """

    of: Of
    meaning: str
    keys: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    noticed: str = SENSED


_WHEN = ("n", "p", "for")
_STRIKES = (("n", "p", "t"),)

KINDS: Mapping[str, Kind] = {
    "drop_reply": Kind("replies", "the reply never leaves", _WHEN, _STRIKES),
    "late_reply": Kind("replies", "the reply leaves `by` seconds later", (*_WHEN, "by"), (*_STRIKES, ("by",))),
    "corrupt_reply": Kind("replies", "one bit is turned, in the byte at `byte` or in any", (*_WHEN, "byte"), _STRIKES),
    "duplicate_reply": Kind("replies", "the reply leaves twice, without a pause", _WHEN, _STRIKES),
    "truncate_reply": Kind("replies", "the reply breaks off before `byte`, or anywhere", (*_WHEN, "byte"), _STRIKES),
    "glue_reply": Kind(
        "replies",
        "the reply is kept back and leaves in one piece with the next; with `byte` only what stands before it",
        (*_WHEN, "byte"),
        _STRIKES,
    ),
    "garbage": Kind("replies", "six bytes of noise come before the reply", _WHEN, _STRIKES),
    "silent": Kind("replies", "nothing leaves, though the device hears and acts", ("for",), (("t",),)),
    "unplug": Kind("port", "the cable is out, and back after `for`", ("for",), (("t",),)),
    "power_cycle": Kind("port", "power is lost and back at once; what moves stops where it is", (), (("t",),)),
    "stall": Kind(
        "device",
        "what moves, or moves next, sticks, a plunger at `at_ml`; a carousel loses steps, unseen until it is homed",
        ("at_ml",),
    ),
    "overload": Kind("device", "the plunger meets more than it can push, now or at `at_ml`", ("at_ml",)),
    "busy_forever": Kind("device", "it hangs, `for` so long", ("for",)),
    "stuck_sensor": Kind(
        "device", "the temperature sensor stays at what it shows, for host and plate", ("for",), noticed=UNSEEN
    ),
    "stale_sensor": Kind(
        "device", "the last temperature is answered again and again; the plate knows better", ("for",), noticed=UNSEEN
    ),
    "drift": Kind(
        "device",
        "`per_h`: the sensor reads so many K more, the balance so many mg, the plunger moves that part more "
        "than it should, the reference electrode goes so many V, the line of the magnet grows so many Hz wider, "
        "every hour",
        ("per_h",),
        (("per_h",),),
        noticed=UNSEEN,
    ),
    "leak": Kind(
        "device",
        "the part `share` of what is pushed is lost at its seal, and as much air drawn in with what is sucked",
        ("share",),
        (("share",),),
        noticed=UNSEEN,
    ),
    "air_in_line": Kind(
        "device",
        "`ml` of air stand in the line at port `position`, next to it; what was there is lost",
        ("position", "ml"),
        (("position",), ("ml",)),
        noticed=UNSEEN,
    ),
    "stock_empty": Kind(
        "device",
        "what the line at port `position` leads to holds `ml` only, or nothing; then air is drawn",
        ("position", "ml"),
        (("position",),),
        noticed=UNSEEN,
    ),
    "homing_lost": Kind("device", "the board resets by itself"),
    "tube_missing": Kind("device", "the tube of `position` is gone", ("position",), (("position",),)),
    "shim_failed": Kind("device", "shims fail, `for` so long", ("for",)),
    "busy_other_user": Kind("device", "somebody else measures, `for` so long", ("for",), (("for",),)),
    "folder_late": Kind("device", "files come `for` seconds later", ("for",), (("for",),)),
    "fid_truncated": Kind("device", "the data of the `n`-th block are cut short", ("n",), (("n",),)),
    "drive_fault": Kind("device", "the drive trips with fault `code` and the mill coasts to rest", ("code",)),
    "contact_open": Kind("device", "the contact `position` opens", ("position", "for"), (("position",),)),
    "sensor_broken": Kind("device", "the channel `position` reads out of range, `for` so long", ("position", "for")),
    "jar_hot": Kind("device", "the jar is `by` K warmer from then on", ("by",), (("by",),)),
    "jar_gas": Kind("device", "gas of `by` kPa comes into the closed jar", ("by",), (("by",),)),
    "supply_lost": Kind("device", "no gas comes, `for` so long", ("for",)),
    "unsteady": Kind("device", "the pan is never steady, `for` so long", ("for",)),
    "head_empty": Kind("device", "the dosing head holds `mg` only, or nothing", ("mg",)),
    "powder_stuck": Kind("device", "no powder flows, `for` so long", ("for",)),
    "file_late": Kind("device", "the next file comes `for` seconds later", ("for",), (("for",),)),
    "file_truncated": Kind("device", "the `n`-th file is cut short", ("n",), (("n",),)),
    "file_foreign": Kind("device", "the `n`-th file is of another kind", ("n",), (("n",),)),
}
"""Name -> what it is."""

KEYS: Mapping[str, str] = {
    "t": "s, from then on; alone the first reply after it",
    "n": "the k-th reply of the device (from 1), or block",
    "p": "probability of each reply",
    "by": "s of delay; K or kPa more",
    "for": "s; for ever when absent",
    "byte": "offset in the reply",
    "at_ml": "mL in the syringe; of `new_era_ne1000` delivered since power came, as it counts",
    "position": "of a tube, a port, a contact or a channel",
    "ml": "mL",
    "share": "from 0 to 1",
    "per_h": "each hour; may be negative",
    "code": "as the drive counts them",
    "mg": "mg",
}
"""Key -> its unit or meaning."""
