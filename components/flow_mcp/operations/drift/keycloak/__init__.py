"""Drift of a tenant on Keycloak: changes of managed objects, unmanaged objects, and repairs."""
