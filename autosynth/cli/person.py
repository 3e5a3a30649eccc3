"""Who commands, answers, corrects or settles: the name that goes on record."""

import getpass
import os


def person() -> str:
    """Return the name of this process's user; where the system knows none, "uid 54321".

    Never fails: a name must not stand between a person and an abort.
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # no entry for this id; no such table on this platform
        name = ""
    name = name.encode(errors="replace").decode().strip()
    return name or (f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown")
