"""What every test may count on: signals as a person's shell leaves them, no haste on a busy machine, one thread.

Property tests draw the same examples every time; `make soak` lets them wander.
"""

import os
import signal

from hypothesis import HealthCheck, settings

from autosynth.cli.main import ONE_THREAD

for _name, _value in ONE_THREAD.items():
    os.environ.setdefault(_name, _value)
settings.register_profile("wandering", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("wandering"), derandomize=True)
settings.load_profile("same")


def pytest_configure() -> None:
    """Heed Ctrl-C even where whatever started the tests ignores it, as a background job does: children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
