"""A simulated New Era NE-1000 syringe pump, in Basic and in Safe mode."""
