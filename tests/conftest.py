"""What every test may count on: signals as a person's shell leaves them."""

import signal


def pytest_configure() -> None:
    """Heed Ctrl-C even where whatever started the tests ignores it, as a background job does: children inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
