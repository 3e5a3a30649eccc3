"""Every fault on every device in each of its states, played through the real engine on the simulated bench."""
