"""What `flow-mcp adopt` reads from an existing Scalekit environment, and what it proposes."""
