"""Real MCP clients, each driven as its users do: `ask(desk, url, …)` gives what the tool answered."""
