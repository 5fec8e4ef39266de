"""The program of every tenant's stack: the declaration in, the outputs out."""

from flow_mcp.authorization_servers.stack_program import run

run()
