"""What is in which vessel, line and syringe, at what temperature, and how it reacts: the bench's physical and chemical state."""
