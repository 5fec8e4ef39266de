"""The managed application of a protected resource."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.representations import Representation
from flow_mcp.declaration.declaration import ResourceDeclared
from flow_mcp.operations.drift.entra.managed import Managed


@dataclass(frozen=True)
class Api:
    """The managed application of one protected resource.

    Attributes:
        resource: the protected resource.
        managed: the managed objects.
        content: the Entra tenant.
    """

    resource: ResourceDeclared
    managed: Managed
    content: Content

    @property
    def key(self) -> str:
        """Key of the protected resource."""
        return self.resource.key

    @property
    def object_id(self) -> str:
        """Object ID of the application."""
        return str(self.managed.applications[self.key].before.get("objectId"))

    @property
    def application(self) -> Representation:
        """The app registration."""
        return self.content.application_by_id(self.object_id)

    @property
    def principal(self) -> Representation | None:
        """Its service principal, which the stack may leave; None if there is none."""
        return self.managed.principal(self.key, self.content)
