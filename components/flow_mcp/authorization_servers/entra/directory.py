"""Reads groups and verified domains of an Entra tenant before the stack creates anything there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.entra_tenants import GUID
from flow_mcp.engine.plugin.program import cause


class Directory:
    """The groups and domains of an Entra tenant. Each is read on use only, because it needs a permission."""

    def __init__(self, entra: Entra, opts: pulumi.ResourceOptions) -> None:
        self._entra = entra
        self._opts = opts
        self._groups: dict[str, str] = {}

    def find_groups(self, names: Iterable[str]) -> None:
        """Read the groups, so that a missing group ends the update before anything is created.

        Raises:
            AuthorizationServerError: a group is missing, its name is ambiguous, or it cannot be read.
        """
        for name in sorted(names):
            self._groups[name] = name if GUID.fullmatch(name) else self._group(name)

    def group(self, name: str) -> str:
        """Return the object ID of a group that `find_groups` has read, by its declared name or object ID."""
        return self._groups[name]

    def confirm_domain(self, declaration: Declaration, resource: ResourceDeclared) -> None:
        """Check that the domain of a resource's Application ID URI is verified in Entra.

        Raises:
            AuthorizationServerError: the domain is not verified there, or the domains cannot be read.
        """
        uri = names.identifier_uri(declaration, self._entra, resource)
        declared = self._entra.verified(urlsplit(uri).hostname)
        if declared and not any(f".{declared}".endswith(f".{domain}") for domain in self._domains):
            raise AuthorizationServerError(
                f"verifiedDomains has {declared}, but the Entra tenant {self._entra.tenant_id} has "
                f"verified {', '.join(sorted(self._domains)) or 'none'}. Verify the domain there, or remove "
                "it from verifiedDomains."
            )

    def _group(self, name: str) -> str:
        group: azuread.GetGroupResult = self._invoke(
            "getGroup",
            # The plugin rejects a name that several groups have.
            {"displayName": name, "securityEnabled": True},
            azuread.GetGroupResult,
            f"the security group {name} of the Entra tenant {self._entra.tenant_id}",
            "Check its name there, or declare its object ID, which needs no permission to read groups.",
        )
        return group.object_id

    @cached_property
    def _domains(self) -> frozenset[str]:
        result: azuread.GetDomainsResult = self._invoke(
            "getDomains",
            {},
            azuread.GetDomainsResult,
            f"the domains of the Entra tenant {self._entra.tenant_id}",
            "Give the principal that runs the update Domain.Read.All, or remove verifiedDomains.",
        )
        return frozenset(domain.domain_name.lower() for domain in result.domains)

    def _invoke(
        self, function: str, arguments: Mapping[str, Any], result: type, subject: str, remedy: str
    ) -> Any:
        """Call a function of the azuread plugin and return its result.

        Raises:
            AuthorizationServerError: the function failed.
        """
        options = pulumi.InvokeOptions(parent=self._opts.parent, provider=self._opts.provider)
        try:
            return pulumi.runtime.invoke(
                f"azuread:index/{function}:{function}", dict(arguments), options, typ=result
            ).value
        except Exception as error:  # the SDK raises no narrower type
            reason = cause(error).rstrip(".")
            raise AuthorizationServerError(f"cannot read {subject}: {reason}. {remedy}") from None
