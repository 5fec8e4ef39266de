"""Serves the plugin; see PulumiPlugin.yaml."""

from flow_mcp.authorization_servers.plugin_server import main

main()
