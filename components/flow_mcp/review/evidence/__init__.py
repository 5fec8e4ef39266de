"""Audit evidence: a signed file with the declarations, changes, findings and settings of tenants."""
