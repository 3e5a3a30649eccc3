"""What is in which vessel, line and syringe, at what temperature, and how it reacts."""
