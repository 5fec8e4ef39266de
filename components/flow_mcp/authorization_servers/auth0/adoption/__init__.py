"""Reads an existing Auth0 tenant, for `flow-mcp adopt`."""
