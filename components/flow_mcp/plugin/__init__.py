"""The machinery of our own Pulumi plugin; what it serves is listed in `flow_mcp.plugin.members`."""
