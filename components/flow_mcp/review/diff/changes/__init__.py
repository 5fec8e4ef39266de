"""What changed between two declarations of a tenant, one module a part of the declaration."""
