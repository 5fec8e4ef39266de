"""Tenants whose files protect them from destruction."""

from __future__ import annotations

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.files import read_stack
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.gate.errors import BlockedError


def require_unprotected(project: Project, stack: str) -> None:
    """Check that the tenant's file does not protect it; Pulumi refuses later what the state protects.

    Raises:
        BlockedError: the file protects the tenant, or is not valid YAML.
    """
    if _is_protected(project, stack):
        raise BlockedError(
            f"{stack} is protected. To destroy it, remove `protected: true` from its file, run "
            f"`pulumi up --stack {stack}`, and then destroy it."
        )


def _is_protected(project: Project, stack: str) -> bool:
    file = project.stack_file(stack)
    try:
        return bool(from_file(file, instance_of(project.file)).declaration.tenant.protected)
    except DeclarationError:
        # An error elsewhere in the file does not end the protection, which the state may not have yet.
        tenant, _ = read_stack(file)
    if not isinstance(tenant.value, dict):
        raise BlockedError(
            f"The file of {stack} cannot be read, so it is not known whether it protects the tenant. Run "
            f"`flow-mcp check {stack}`, and correct the file."
        )
    return bool(tenant.value.get("protected"))
