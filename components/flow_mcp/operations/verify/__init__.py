"""Verify a live tenant with the requests that an MCP client makes."""
