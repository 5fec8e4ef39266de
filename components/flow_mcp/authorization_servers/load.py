"""Loads tenants' declarations for all kinds of authorization servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration import load
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import Loaded
from flow_mcp.declaration.source_value import SourceValue


def from_configuration(tenant: Any, instance: Any, *, source: str, applications: Any = None) -> Loaded:
    """Validate the configured declaration; see `flow_mcp.declaration.load.from_configuration`."""
    return load.from_configuration(tenant, instance, KINDS, source=source, applications=applications)


def from_file(file: Path, instance: SourceValue) -> Loaded:
    """Load a stack's file as `pulumi up` would; see `flow_mcp.declaration.load.from_file`."""
    return load.from_file(file, instance, KINDS)


def parse_unchecked(tenant: Any, instance: Any) -> Declaration:
    """Load a declaration without validating it; see `flow_mcp.declaration.load.parse_unchecked`."""
    return load.parse_unchecked(tenant, instance, KINDS)
