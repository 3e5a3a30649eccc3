"""Raw data to named quantities with standard uncertainty, one folder per technique; pure functions."""
