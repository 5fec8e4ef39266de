"""The component that people use: a tenant's MCP Server Settings."""

# No `from __future__ import annotations`: Pulumi reads the annotations of `args` at run time.
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi

from flow_mcp.authorization_servers.component import component_of
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.applications.catalogue import catalogue_beside
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import PROJECT, Loaded


class McpServerSettingsArgs(TypedDict):
    """All are plain values: what is made must be known before anything is."""

    tenant: Mapping[str, Any]
    """The tenant's declaration, as `flow-mcp schema` describes it."""
    instance: Mapping[str, Any]
    """The Flow instance: `server`, and `flowEntra` where tenants use it."""
    applications: NotRequired[Mapping[str, Any]]
    """The content of the team's file of known applications; `flow-mcp schema applications` describes it."""


class McpServerSettings(pulumi.ComponentResource):
    """MCP Server Settings of one tenant, and what they need at its authorization server.

    Its registered inputs are the normalized declaration, without secrets, so that diffs and policies see it.
    """

    authority: pulumi.Output[str]
    """The authorization server's issuer."""
    client_ids: pulumi.Output[Mapping[str, str]]
    """Client ID by name, manual registrations included."""
    settings: pulumi.Output[str]
    """The settings document: RFC 8785 JSON."""
    client_secrets: pulumi.Output[Mapping[str, str]]
    """Client secret by name; a Pulumi secret."""
    hand_over: str | None
    """What somebody else must do by hand, for them to copy; None where there is nothing."""

    def __init__(
        self, name: str, args: McpServerSettingsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        loaded = _checked(args)
        declaration = loaded.declaration
        super().__init__("flow-mcp:index:McpServerSettings", name, _normalized(loaded), opts)
        try:
            server = component_of(declaration.kind)(name, declaration, pulumi.ResourceOptions(parent=self))
        except FlowMcpError as error:
            raise pulumi.RunError(str(error)) from None

        document = server.ids.apply(lambda ids: declaration.kind.settings(declaration, ids))
        known = declaration.kind.authority
        self.authority = (
            pulumi.Output.from_input(known(declaration))
            if known
            else document.apply(lambda settings: settings.authorization_servers[0].authority)
        )
        self.client_ids = document.apply(
            lambda settings: {c.name: c.client_id for c in settings.authorization_servers[0].clients}
        )
        self.settings = document.apply(lambda settings: settings.canonical_json())
        self.client_secrets = pulumi.Output.secret(server.secrets)
        self.hand_over = server.hand_over
        self.register_outputs(
            {
                "authority": self.authority,
                "clientIds": self.client_ids,
                "settings": self.settings,
                "clientSecrets": self.client_secrets,
                **({"handOver": self.hand_over} if self.hand_over else {}),
            }
        )


class OwnApplications(TypedDict):
    """The argument `applications` of `McpServerSettings`; empty if the team has no file."""

    applications: NotRequired[Mapping[str, Any]]


def own_applications(directory: Path) -> OwnApplications:
    """Read the team's file of known applications, for the arguments of `McpServerSettings`.

    Args:
        directory: the directory of the stacks' files.

    Raises:
        pulumi.RunError: the file is invalid.
    """
    catalogue = catalogue_beside(directory)
    if catalogue.problems:
        errors = DeclarationError(catalogue.errors)
        raise pulumi.RunError(f"The file of known applications is invalid. Nothing was changed:\n{errors}")
    return {"applications": catalogue.own} if catalogue.own else {}


def settings_of_stack(stack: str, args: McpServerSettingsArgs) -> McpServerSettings:
    """Create a stack's component, named after the tenant: renaming the stack changes no resource.

    Earlier versions named it after the stack. The alias takes such a component over, and with it its children
    whose names begin with its name.
    """
    tenant = args["tenant"]
    tenant_id = tenant.get("id") if isinstance(tenant, Mapping) else None
    # The component refuses a tenant without an ID before it uses its name.
    name = tenant_id if isinstance(tenant_id, str) else stack
    return McpServerSettings(name, args, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=stack)]))


def _checked(args: McpServerSettingsArgs) -> Loaded:
    for key in (f"{PROJECT}:tenant", f"{PROJECT}:instance"):
        if pulumi.runtime.is_config_secret(key):
            # Pulumi decrypts what is in an object, and the registered inputs would show it.
            raise pulumi.RunError(
                f"{key} holds an encrypted value, which would reach the state in plain text. Remove it; "
                "credentials come from the environment or from a secret of their own."
            )
    try:
        loaded = from_configuration(
            args["tenant"],
            args["instance"],
            source=pulumi.get_stack(),
            applications=args.get("applications"),
        )
    except DeclarationError as error:
        message = f"the declaration is refused and nothing was changed:\n{error}"
        raise pulumi.RunError(f"{message}\n`flow-mcp check` shows the lines of the file.") from None
    for problem in loaded.warnings:
        if problem.severity == "warning":
            pulumi.log.warn(f"{problem.path}: {problem.message}. {problem.remedy}")
    return loaded


def _normalized(loaded: Loaded) -> dict[str, Any]:
    declaration = loaded.declaration
    normalized = {
        "tenant": declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True),
        "instance": declaration.instance.model_dump(mode="json", by_alias=True, exclude_none=True),
    }
    if declaration.kind.authority:
        # A client ID means something at one authority only, and a preview cannot show IDs that a server has
        # still to assign: with another authority, each client's line changes.
        authority = declaration.kind.authority(declaration)
        names = (*declaration.tenant.clients, *declaration.tenant.manual_registrations)
        normalized["clientIdsOf"] = dict.fromkeys(sorted(names), authority)
    if loaded.applications:
        # Policies check the registered declaration again, without the file.
        normalized["applications"] = dict(loaded.applications)
    return normalized
