"""Rules and tables that hold for every recipe, as data: safety rules and solvents."""
