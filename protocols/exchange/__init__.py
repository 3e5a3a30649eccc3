"""Intercluster exchange of Ag7 and Cu7 hydride clusters: recipes, station, species libraries, rules. No code."""
