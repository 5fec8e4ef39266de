"""Serves the project's Pulumi plugin; what is in it stands in `flow_mcp/plugin/members.py`."""

from flow_mcp.plugin.server import main

main()
