"""The engine's comparison of a stack's state with the authorization server.

`pulumi refresh --preview-only` reads every resource of the state through its plugin. It runs no program,
takes no lock and writes nothing. `pulumi preview --refresh` would also show unapplied changes of the
declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.stacks import NotAppliedError
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.engine import Engine, Event
from flow_mcp.review.preview.preview import declaration_from
from flow_mcp.review.preview.run_result import require_completed
from flow_mcp.review.preview.secrets import with_masked_secrets
from flow_mcp.review.preview.values import plain

_REALM = "keycloak:index/realm:Realm"


@dataclass(frozen=True)
class Resource:
    """A resource in the state, and as its plugin read it from the server.

    Attributes:
        urn: the resource's URN.
        op: `same`, `update` or `delete`.
        before: outputs in the state, with secrets masked.
        after: outputs at the server, with secrets masked; None if the resource was deleted.
        changed: names of the properties that differ.
    """

    urn: str
    op: str
    before: Mapping[str, Any] = field(compare=False)
    after: Mapping[str, Any] | None = field(compare=False)
    changed: tuple[str, ...]

    @property
    def name(self) -> str:
        """Pulumi's name of the resource."""
        return self.urn.rpartition("::")[2]

    @property
    def token(self) -> str:
        """Pulumi's type token."""
        return self.urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]

    @property
    def type(self) -> str:
        """The last part of the type token, such as `ClientScope`."""
        return self.token.rpartition(":")[2]

    @property
    def id(self) -> str:
        """The ID at the server, from the state."""
        return str(self.before.get("id", ""))


@dataclass(frozen=True)
class Refreshed:
    """A stack's state compared with its authorization server.

    Attributes:
        declaration: the declaration that was applied last.
        resources: all resources of plugins, sorted by URN.
    """

    declaration: Declaration
    resources: tuple[Resource, ...]

    @property
    def at_servers(self) -> tuple[Refreshed, ...]:
        """The comparison with each authorization server: two during a move."""
        if self.declaration.other is None:
            return (self,)
        return tuple(
            Refreshed(
                side,
                tuple(
                    resource
                    for resource in self.resources
                    if side.component_type in resource.urn.split("::")[2].split("$")
                ),
            )
            for side in self.declaration.at_servers
        )

    @cached_property
    def drifted(self) -> tuple[Resource, ...]:
        """The resources that differ from the state."""
        return tuple(resource for resource in self.resources if resource.op != "same")

    def of(self, *types: str) -> tuple[Resource, ...]:
        """Return the resources of these types."""
        return tuple(resource for resource in self.resources if resource.type in types)


def refreshed(engine: Engine, stack: str, report: Callable[[str], None] = lambda _: None) -> Refreshed:
    """Compare a stack's state with its server. Nothing is changed or locked.

    Raises:
        NotAppliedError: the stack has not been applied.
        PreviewError: the engine or a plugin failed.
    """
    resources_read = 0

    def watch(event: Event) -> None:
        nonlocal resources_read
        resources_read += "resOutputsEvent" in event
        report(f"{resources_read} resources")

    run = with_masked_secrets(engine, engine.refresh_preview(stack, watch), stack)
    require_completed(run, preview=True)
    outputs = [event["resOutputsEvent"]["metadata"] for event in run.events if "resOutputsEvent" in event]
    settings = [metadata for metadata in outputs if metadata["type"] == SETTINGS]
    if not settings:
        raise NotAppliedError(f"the stack {stack} has no settings yet; run `pulumi up --stack {stack}` first")
    inputs = plain((settings[0].get("old") or {}).get("inputs"))
    resources = [
        _resource(metadata)
        for metadata in outputs
        if (metadata.get("old") or {}).get("custom") and not metadata["type"].startswith("pulumi:providers:")
    ]
    return Refreshed(
        declaration_from(inputs, f"the state of the stack {stack}"),
        tuple(sorted(resources, key=lambda resource: resource.urn)),
    )


def _resource(metadata: Mapping[str, Any]) -> Resource:
    old, op = metadata["old"], metadata["op"]
    new = metadata.get("new") if op != "delete" else None
    changed = set(metadata.get("diffs") or ())
    if metadata["type"] == _REALM and op == "update":
        # Administrators may change the settings that the program does not set.
        changed &= (old.get("inputs") or {}).keys()
        op = "update" if changed else "same"
    return Resource(
        metadata["urn"],
        op,
        plain(old.get("outputs") or {}),
        plain(new.get("outputs") or {}) if new else None,
        tuple(sorted(changed)),
    )
