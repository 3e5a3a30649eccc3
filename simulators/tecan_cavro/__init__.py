"""A simulated Tecan Cavro syringe pump (XCalibur or XLP 6000) with its distribution valve."""
