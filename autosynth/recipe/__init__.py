"""What should happen: the frozen model of a recipe, its steps, and the loader that reports every mistake at once."""
