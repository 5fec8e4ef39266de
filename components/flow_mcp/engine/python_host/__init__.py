"""A Python language host for Pulumi that forks prepared processes instead of starting interpreters."""
