"""A simulated Magritek Spinsolve benchtop spectrometer: remote control by XML over TCP, native files in folders."""
