"""What stands in for the bench: bodies (physics), faces (bytes) and the twin (chemistry). No house code inside."""
