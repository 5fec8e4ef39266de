"""Measurements of the runtime; `make bench` runs them."""
