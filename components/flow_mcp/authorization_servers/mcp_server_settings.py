"""The public Pulumi component: the MCP Server Settings of one tenant."""

# No `from __future__ import annotations`: Pulumi reads the annotations of `args` at run time.
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi

from flow_mcp.authorization_servers.adopted_resources import adopting
from flow_mcp.authorization_servers.component import component_of
from flow_mcp.authorization_servers.documents import settings_document
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.applications.catalogue import catalogue_beside
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import PROJECT, Loaded
from flow_mcp.engine.stack_traces import no_stack_traces
from flow_mcp.settings import SettingsDocument


class McpServerSettingsArgs(TypedDict):
    """The arguments of `McpServerSettings`.

    All must be plain values, not Outputs: the set of resources is computed from them.
    """

    tenant: Mapping[str, Any]
    """The tenant's declaration; `flow-mcp schema` prints its schema."""
    instance: Mapping[str, Any]
    """The Flow instance: `server`, and `flowEntra` if tenants use it."""
    applications: NotRequired[Mapping[str, Any]]
    """The content of the team's file of known applications (schema: `flow-mcp schema applications`)."""


class McpServerSettings(pulumi.ComponentResource):
    """The MCP Server Settings of one tenant and their resources at its authorization server.

    The registered inputs are the normalized declaration without secrets. Diffs and policies read it there.
    """

    authority: pulumi.Output[str]
    """The authorization server's issuer."""
    client_ids: pulumi.Output[Mapping[str, str]]
    """Client IDs by client name, manual registrations included."""
    settings: pulumi.Output[str]
    """The settings document as canonical JSON (RFC 8785)."""
    client_secrets: pulumi.Output[Mapping[str, str]]
    """Client secrets by client name, as a Pulumi secret."""
    hand_over: str | None
    """Instructions for the administrator who registers applications by hand; None if there are none."""
    other_server: pulumi.Output[Mapping[str, Any]] | None
    """During a move, `authority` and `clientIds` of the other authorization server; otherwise None."""
    other_client_secrets: pulumi.Output[Mapping[str, str]] | None
    """During a move, the client secrets at the other authorization server, as a Pulumi secret."""

    def __init__(
        self, name: str, args: McpServerSettingsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        loaded = _validated(args)
        declaration = loaded.declaration
        if declaration.tenant.protected:
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=True))
        # Children inherit the protection, but access must remain easy to revoke.
        protect = False if declaration.tenant.protected else None
        with no_stack_traces():
            super().__init__("flow-mcp:index:McpServerSettings", name, _normalized(loaded), opts)
            below = pulumi.ResourceOptions(parent=self, protect=protect)
            adoption = pulumi.ResourceOptions(transformations=[adopting(declaration.tenant.adopted or {})])
            at_first_server = pulumi.ResourceOptions.merge(below, adoption)
            try:
                # During a move, the record of adopted objects is that of the first server.
                server, *others = (
                    component_of(side.kind)(name, side, below if number else at_first_server)
                    for number, side in enumerate(declaration.at_servers)
                )
            except FlowMcpError as error:
                raise pulumi.RunError(str(error)) from None

        document = pulumi.Output.all(server.ids, *(other.ids for other in others)).apply(
            lambda ids: settings_document(declaration, ids)
        )
        declared_authority = declaration.kind.authority
        self.authority = (
            pulumi.Output.from_input(declared_authority(declaration))
            if declared_authority
            else document.apply(lambda settings: settings.authorization_servers[0].authority)
        )
        self.client_ids = document.apply(
            lambda settings: {c.name: c.client_id for c in settings.authorization_servers[0].clients}
        )
        self.settings = document.apply(lambda settings: settings.canonical_json())
        self.client_secrets = pulumi.Output.secret(server.secrets)
        self.hand_over = "\n\n".join(text for side in (server, *others) if (text := side.hand_over)) or None
        self.other_server = self.other_client_secrets = None
        if others:
            self.other_server = document.apply(_other_server)
            self.other_client_secrets = pulumi.Output.secret(others[0].secrets)
        self.register_outputs(
            {
                "authority": self.authority,
                "clientIds": self.client_ids,
                "settings": self.settings,
                "clientSecrets": self.client_secrets,
                **({"handOver": self.hand_over} if self.hand_over else {}),
                **({"otherServer": self.other_server} if self.other_server else {}),
                **({"otherClientSecrets": self.other_client_secrets} if self.other_client_secrets else {}),
            }
        )


def _other_server(settings: SettingsDocument) -> dict[str, Any]:
    server = settings.authorization_servers[1]
    client_ids = {client.name: client.client_id for client in server.clients}
    return {"authority": server.authority, "clientIds": client_ids}


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
    """Create the component of a stack. It has the tenant's ID as name, so renaming the stack changes nothing.

    Earlier versions named the component after the stack. The alias keeps such a component, and with it the
    children whose names begin with its name.
    """
    tenant = args["tenant"]
    tenant_id = tenant.get("id") if isinstance(tenant, Mapping) else None
    # The component rejects a tenant without an ID before it uses the name.
    name = tenant_id if isinstance(tenant_id, str) else stack
    return McpServerSettings(name, args, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=stack)]))


def _validated(args: McpServerSettingsArgs) -> Loaded:
    for key in (f"{PROJECT}:tenant", f"{PROJECT}:instance"):
        if pulumi.runtime.is_config_secret(key):
            # Pulumi decrypts secrets inside an object, and the registered inputs would contain them.
            raise pulumi.RunError(
                f"{key} contains an encrypted value, which would be written to the state in plain text. "
                "Remove it, and pass credentials in the environment or in a separate secret."
            )
    try:
        loaded = from_configuration(
            args["tenant"],
            args["instance"],
            source=pulumi.get_stack(),
            applications=args.get("applications"),
        )
    except DeclarationError as error:
        message = f"The tenant's declaration is invalid. Nothing was changed.\n{error}"
        raise pulumi.RunError(f"{message}\nRun `flow-mcp check` to see the lines of the file.") from None
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
        # A client ID is valid at one authority only, and a preview does not know IDs that the server has yet
        # to assign. With the authority in each client's line, a move to another authority shows as a change.
        authority = declaration.kind.authority(declaration)
        names = (*declaration.tenant.clients, *declaration.tenant.manual_registrations)
        normalized["clientIdsOf"] = dict.fromkeys(sorted(names), authority)
    if loaded.applications:
        # Policies check the registered declaration again, without the file.
        normalized["applications"] = dict(loaded.applications)
    return normalized
