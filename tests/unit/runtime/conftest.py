"""The same examples on every run and machine, however slow it is."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("flow", deadline=None, database=None, derandomize=True, max_examples=300)
settings.load_profile("flow")
