"""Samples of one channel packed into a block of bytes: byte shuffle, then deflate.

Shuffling puts the first bytes of all numbers together, then the second ones, and so on; slowly changing measurements
then compress with the cheapest setting of zlib about as well as with a columnar format. Packing loses no bit, NaN
included.
"""

import zlib

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
_LEVEL = 1


def pack(values: Samples) -> bytes:
    """Return the bytes of `values`: (n,) float64."""
    raw = np.ascontiguousarray(values, dtype="<f8").view(np.uint8).reshape(-1, 8)
    return zlib.compress(raw.T.tobytes(), _LEVEL)


def unpack(block: bytes) -> Samples:
    """Return the (n,) float64 values of a block.

    Raises:
        ValueError: the bytes are not a block.
    """
    try:
        shuffled = np.frombuffer(zlib.decompress(block), dtype=np.uint8)
    except zlib.error as error:
        msg = f"not a block of samples: {error}"
        raise ValueError(msg) from error
    if shuffled.size % 8:
        msg = f"not a block of samples: {shuffled.size} bytes are no whole number of values"
        raise ValueError(msg)
    return np.ascontiguousarray(shuffled.reshape(8, -1).T).view("<f8").reshape(-1)
