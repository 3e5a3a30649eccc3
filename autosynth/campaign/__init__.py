"""Many runs of one recipe: tables, designs, plans over all of them, their progress, and what chooses the next."""
