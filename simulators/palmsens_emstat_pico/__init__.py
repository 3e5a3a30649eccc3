"""A simulated PalmSens EmStat Pico: a potentiostat that runs MethodSCRIPT and streams data packages."""
