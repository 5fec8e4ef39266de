"""Drivers for real MCP clients: `ask(desk, url, …)` returns the result of the tool."""
