"""What our own Pulumi plugin is built from; `authorization_servers/plugin_members.py` lists its members."""
