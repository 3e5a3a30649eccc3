"""POM-protected bimetallic nanoparticles: recipes, stations, rules and libraries, as data."""
