"""The sample tenants of all kinds of authorization server."""

from __future__ import annotations

from functools import cache

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project

PROJECT = Project.find()
STACKS = PROJECT.stacks()


@cache
def sample(stack: str) -> Declaration:
    """Return the declaration of a sample's file."""
    return from_file(PROJECT.stack_file(stack), instance_of(PROJECT.file)).declaration
