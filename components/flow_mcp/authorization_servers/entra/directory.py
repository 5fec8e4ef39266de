"""What the stack reads of an Entra tenant before it makes anything there."""

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
    """An Entra tenant's groups and domains; only what is needed is asked for, for each needs a permission."""

    def __init__(self, entra: Entra, opts: pulumi.ResourceOptions) -> None:
        self._entra = entra
        self._opts = opts
        self.owners = list(entra.owners) or None
        self._groups: dict[str, str] = {}

    def find_groups(self, names: Iterable[str]) -> None:
        """Read the groups, so that a missing one ends the update before anything is created.

        Raises:
            AuthorizationServerError: a group is missing, more than one has its name, or it cannot be read.
        """
        for name in sorted(names):
            self._groups[name] = name if GUID.fullmatch(name) else self._group(name)

    def group(self, name: str) -> str:
        """The object ID of a group that was found; a group may be declared by its object ID."""
        return self._groups[name]

    def confirmed(self, declaration: Declaration, resource: ResourceDeclared) -> str:
        """A resource's Application ID URI, whose domain is verified.

        Raises:
            AuthorizationServerError: the Entra tenant has not verified the domain, or cannot be read.
        """
        uri = names.identifier_uri(declaration, self._entra, resource)
        declared = self._entra.verified(urlsplit(uri).hostname)
        if declared and not any(f".{declared}".endswith(f".{domain}") for domain in self._domains):
            raise AuthorizationServerError(
                f"verifiedDomains has {declared}, but the Entra tenant {self._entra.tenant_id} has "
                f"verified {', '.join(sorted(self._domains)) or 'none'}: verify it there, or remove it"
            )
        return uri

    def _group(self, name: str) -> str:
        found: azuread.GetGroupResult = self._ask(
            "getGroup",
            # The plugin refuses a name that more than one group has.
            {"displayName": name, "securityEnabled": True},
            azuread.GetGroupResult,
            f"the security group {name} of the Entra tenant {self._entra.tenant_id}",
            "Check its name there, or declare its object ID instead: that needs no permission to read.",
        )
        return found.object_id

    @cached_property
    def _domains(self) -> frozenset[str]:
        found: azuread.GetDomainsResult = self._ask(
            "getDomains",
            {},
            azuread.GetDomainsResult,
            f"the domains of the Entra tenant {self._entra.tenant_id}",
            "Give the applying principal Domain.Read.All, or remove verifiedDomains.",
        )
        return frozenset(domain.domain_name.lower() for domain in found.domains)

    def _ask(self, function: str, arguments: Mapping[str, Any], result: type, what: str, remedy: str) -> Any:
        """Call a function of the plugin.

        Raises:
            AuthorizationServerError: the function failed.
        """
        options = pulumi.InvokeOptions(parent=self._opts.parent, provider=self._opts.provider)
        try:
            return pulumi.runtime.invoke(
                f"azuread:index/{function}:{function}", dict(arguments), options, typ=result
            ).value
        except Exception as error:  # the SDK raises nothing narrower
            reason = cause(error).rstrip(".")
            raise AuthorizationServerError(f"cannot read {what}: {reason}. {remedy}") from None
