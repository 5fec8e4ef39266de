"""The metadata of an authorization server, as a resource of this project's plugin."""
