"""What the documents say is run, loaded and followed."""
