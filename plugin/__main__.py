"""Serves the plugin from a clone of this repository; see PulumiPlugin.yaml."""

from flow_mcp.authorization_servers.plugin_server import main

main()
