"""Queries on declarations, for the rules."""
