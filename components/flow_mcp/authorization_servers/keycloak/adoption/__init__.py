"""Reads an existing realm, for `flow-mcp adopt`."""
