"""Adopts what exists at an authorization server: proposes its declaration and the imports."""
