"""The demo: a local Keycloak, two sample tenants, and calls that the runtime decides."""
