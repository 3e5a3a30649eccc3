"""A simulated Alicat MC mass-flow controller."""
