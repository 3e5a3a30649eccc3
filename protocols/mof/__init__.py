"""Mechanochemical metal-organic frameworks from a Ru2 metalloligand: species libraries as data."""
