"""Laboratory procedures as data: recipes, station files, species libraries, rules. No code."""
