"""The base of the project's Pulumi plugin; `authorization_servers/plugin_members.py` lists its resources."""
