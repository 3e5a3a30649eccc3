"""What the shipped recipes must show, on the simulated bench in virtual time."""
