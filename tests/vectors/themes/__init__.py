"""The vectors, one module for each theme."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tests.vectors.book import Theme

ALL: tuple[Theme, ...] = tuple(
    import_module(f"{__name__}.{module.name}").theme for module in iter_modules(__path__)
)
"""The themes of all modules, by name."""
