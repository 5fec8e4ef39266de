"""The targets of a hand-over, one module for each."""
