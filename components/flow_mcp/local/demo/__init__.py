"""The main job on this machine: two sample tenants, a real Keycloak, calls that the runtime decides."""
