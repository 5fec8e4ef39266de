"""Helpers for all packages, without knowledge of Flow: errors, time limits, progress, safe text."""
