"""Known applications: redirect URIs and registration methods of MCP applications, by name."""
