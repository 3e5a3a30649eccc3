"""Tables of experiments: every cell with its place, columns matched by name, other people's tables adopted."""
