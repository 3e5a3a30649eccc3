"""The one array type of the analysis: double precision, whatever the shape; shapes are told in docstrings."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
