"""Audit evidence: what was declared, what changed, what policies said and what came of it, signed."""
