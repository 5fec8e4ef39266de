from __future__ import annotations

from importlib import import_module
from typing import Any

from flow_mcp.operations.rotate.errors import RotateError


def library(name: str, extra: str) -> Any:
    """Return a client library of an optional extra.

    Raises:
        RotateError: the extra is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise RotateError(
            f"The library {name.partition('.')[0]} is not installed. Run pip install 'flow-mcp[{extra}]'."
        ) from None
