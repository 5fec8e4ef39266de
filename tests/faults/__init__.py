"""Kills, failing servers and full disks during runs over tenants of a real Keycloak."""
