"""What is true of a run, worked out from its arrays."""
