"""What a campaign may vary, and points of it: limits, mixtures, constraints; random points and designs."""
