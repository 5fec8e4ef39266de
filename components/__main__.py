"""Serves the project's Pulumi plugin; `authorization_servers/plugin_members.py` lists its members."""

from flow_mcp.authorization_servers.plugin_server import main

main()
