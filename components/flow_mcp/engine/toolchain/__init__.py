"""Pulumi and its plugins for this project: found on the machine, downloaded, or built from Go modules."""
