"""Random recipes x faults x crashes in virtual time, each under one seed, with invariants checked."""
