"""Every chemistry the twin knows; species present decide which of it happens.

A new chemistry is one file with a `CHEMISTRY`, or a `PROCESS` of its own kind, and a line here.
"""

from simulators.twin import nanoparticles, pom, pom_b
from simulators.twin.chemistry import Chemistry
from simulators.twin.process import Process

CHEMISTRIES: tuple[Chemistry, ...] = (pom.CHEMISTRY, pom_b.CHEMISTRY)
PROCESSES: tuple[Process, ...] = (nanoparticles.PROCESS,)
