"""What the stack reads of an Entra tenant before it makes anything there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.declaration import GUID, Entra
from flow_mcp.declaration.tenant import Declaration, ResourceDeclared


class Directory:
    """An Entra tenant's groups and domains; only what is needed is asked for, for each needs a permission."""

    def __init__(self, entra: Entra, opts: pulumi.ResourceOptions) -> None:
        self._entra = entra
        self._opts = opts
        self.owners = list(entra.owners) or None
        self._groups: dict[str, pulumi.Output[str]] = {}

    def group(self, name: str) -> pulumi.Input[str]:
        """A group's object ID; a group may be declared by that already."""
        if GUID.fullmatch(name):
            return name
        if name not in self._groups:
            self._groups[name] = pulumi.Output.from_input(self._group(name))
        return self._groups[name]

    def confirmed(self, declaration: Declaration, resource: ResourceDeclared) -> pulumi.Input[str]:
        """A resource's Application ID URI; known once its domain is seen to be verified."""
        uri = names.identifier_uri(declaration, self._entra, resource)
        domain = self._entra.verified(urlsplit(uri).hostname)
        return self._verified(domain).apply(lambda _: uri) if domain else uri

    async def _group(self, name: str) -> str:
        found: azuread.GetGroupResult = await self._ask(
            "getGroup",
            {"displayName": name, "securityEnabled": True},
            azuread.GetGroupResult,
            f"the security group {name} of the Entra tenant {self._entra.tenant_id}",
            "Check its name there, or declare its object ID instead: that needs no permission to read.",
        )
        return found.object_id

    @cached_property
    def _domains(self) -> pulumi.Output[frozenset[str]]:
        return pulumi.Output.from_input(self._read_domains())

    async def _read_domains(self) -> frozenset[str]:
        found: azuread.GetDomainsResult = await self._ask(
            "getDomains",
            {},
            azuread.GetDomainsResult,
            f"the domains of the Entra tenant {self._entra.tenant_id}",
            "Give the applying principal Domain.Read.All, or remove verifiedDomains.",
        )
        return frozenset(domain.domain_name.lower() for domain in found.domains)

    def _verified(self, declared: str) -> pulumi.Output[None]:
        def check(domains: frozenset[str]) -> None:
            if not any(f".{declared}".endswith(f".{domain}") for domain in domains):
                raise pulumi.RunError(
                    f"verifiedDomains has {declared}, but the Entra tenant {self._entra.tenant_id} has "
                    f"verified {', '.join(sorted(domains)) or 'none'}: verify it there, or remove it"
                )

        return self._domains.apply(check)

    async def _ask(
        self, function: str, arguments: Mapping[str, Any], result: type, what: str, remedy: str
    ) -> Any:
        """Call a function of the plugin; the SDK's own wrappers would end in a traceback."""
        options = pulumi.InvokeOptions(parent=self._opts.parent, provider=self._opts.provider)
        try:
            return await pulumi.runtime.invoke_async(
                f"azuread:index/{function}:{function}", dict(arguments), options, typ=result
            )
        except Exception as error:  # the SDK raises nothing narrower
            raise pulumi.RunError(f"cannot read {what}: {error}. {remedy}") from None
