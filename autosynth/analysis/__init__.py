"""Raw data to named quantities with standard uncertainty, one module or folder per technique; pure functions over arrays."""
