"""Tokens as the vendors' servers issue them, each fact with its source; no server runs for them."""
