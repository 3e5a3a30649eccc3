"""A simulated NMR autosampler: a carousel of tubes and a lift, moved by a GRBL 1.1 board."""
