"""Known applications: what is public knowledge of an MCP client, so that a tenant's file names it only."""
