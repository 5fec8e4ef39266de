"""Drift of a tenant on Keycloak: what changes mean, and what the stack's state does not know."""
