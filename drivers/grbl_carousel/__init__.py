"""Sample changer on a GRBL 1.1 motion controller: a carousel of tubes on X, a lift on Z."""

from drivers.grbl_carousel.entry import DRIVER

__all__ = ["DRIVER"]
