"""Reads an existing Entra tenant, for `flow-mcp adopt`."""
