"""Run parts of the project locally: a Keycloak for development, the demo, a scratch copy of the project."""
