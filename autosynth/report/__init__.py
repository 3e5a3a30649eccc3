"""What people read of a run: a summary, a self-contained page; every view is a fold of the journal."""
