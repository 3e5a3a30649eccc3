"""Cages with two kinds of paddlewheels: recipes, station, libraries, rules."""
