"""Every chemistry the twin knows; species present decide which of it happens.

A new chemistry is one file with a `CHEMISTRY` and a line here.
"""

from simulators.twin import cages, exchange, nanoparticles, pom, pom_b
from simulators.twin.chemistry import Chemistry

CHEMISTRIES: tuple[Chemistry, ...] = (
    pom.CHEMISTRY,
    pom_b.CHEMISTRY,
    exchange.CHEMISTRY,
    cages.CHEMISTRY,
    nanoparticles.CHEMISTRY,
)
