"""Provide Pulumi and its plugins: find them on the machine, download them, or build them from Go modules."""
