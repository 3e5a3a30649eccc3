"""Many runs of one recipe: tables, designs, and optimisers that choose the next experiment."""
