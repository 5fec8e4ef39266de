"""Known applications."""
