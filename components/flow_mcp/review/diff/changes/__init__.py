"""Changes between two declarations of a tenant, with one module for each part of the declaration."""
