"""The exchange system: its recipes, its station, its libraries against the twin."""
