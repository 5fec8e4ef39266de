"""Pulumi: its programs on this machine, the project and its stacks, and the base of the project's plugin."""
