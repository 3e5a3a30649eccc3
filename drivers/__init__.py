"""One folder an instrument: a pure codec and a device that satisfies a contract of autosynth."""
