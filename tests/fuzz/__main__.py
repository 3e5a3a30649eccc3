"""Repeats one batch: `python -m tests.fuzz KIND NAME NUMBER SEED`, as a failure says."""

import sys

from tests.fuzz import codecs, faces, readers
from tests.fuzz.batches import run_batch

KINDS = {"codecs": codecs.BATCHES, "faces": faces.BATCHES, "readers": readers.BATCHES}

if __name__ == "__main__":
    kind, name, number, base = sys.argv[1:]
    run_batch(kind, KINDS[kind], name, int(number), int(base))
    print(f"{kind} {name} {number} {base}: only documented errors")
