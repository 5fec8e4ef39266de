"""Connecting applications."""
