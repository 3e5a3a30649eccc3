"""Two processes, pseudo-terminals, TCP and real time: the command line against a served simulated bench."""
