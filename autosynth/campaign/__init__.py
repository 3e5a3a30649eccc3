"""Many runs of one recipe: tables, plans over all of them, their progress, and what chooses the next."""
