"""This machine: a Keycloak for development, the demo, a scratch copy of the project."""
