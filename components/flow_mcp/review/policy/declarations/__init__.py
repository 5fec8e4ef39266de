"""What rules ask of a declaration."""
