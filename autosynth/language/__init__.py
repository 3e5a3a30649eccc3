"""YAML with places, quantities, expressions and three-valued logic: one language for recipes, stations and rules."""
