"""Pulumi: its programs on this machine, the project and its stacks, and what our own plugin is built from."""
