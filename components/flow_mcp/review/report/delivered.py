"""Read delivered settings and compare them with the current files of the tenants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from flow_mcp.declaration.access import TenantAccess
from flow_mcp.review.report.document import Settings, Stray
from flow_mcp.review.report.text import safe_text
from flow_mcp.settings import AuthorizationServer, SettingsDocument, SettingsEnvelope

NOT_READ = Settings(reading="not-read")


@dataclass(frozen=True)
class Delivered:
    """The settings in a directory of `flow-mcp export`.

    Attributes:
        envelopes: the envelopes by tenant.
        documents: the settings documents by tenant.
        broken: the problems of unusable files by the file's name, which must be `<tenant>.json`.
    """

    envelopes: Mapping[str, SettingsEnvelope]
    documents: Mapping[str, SettingsDocument]
    broken: Mapping[str, str]
    _used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, directory: Path) -> Delivered:
        """Read all files of a directory; an unusable file does not affect the others."""
        envelopes, documents, broken = {}, {}, {}
        for file in sorted(directory.glob("*.json")):
            try:
                envelope = SettingsEnvelope.from_json(file.read_bytes())
                document = envelope.document()
            except ValidationError as error:
                problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
                broken[file.name] = f"is not a settings envelope: {problem['msg']}"
            except (OSError, ValueError) as error:
                broken[file.name] = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            else:
                if file.name != f"{envelope.tenant}.json":
                    broken[file.name] = (
                        f"contains the settings of {envelope.tenant}, so the runtime rejects it"
                    )
                    continue
                envelopes[envelope.tenant], documents[envelope.tenant] = envelope, document
        return cls(envelopes, documents, broken)

    def document(self, tenant: str) -> SettingsDocument | None:
        """Return the settings document of a tenant, or None."""
        return self.documents.get(tenant)

    def settings(self, access: TenantAccess) -> Settings:
        """Return the delivered settings of a tenant, with their differences from its file."""
        self._used.add(access.tenant)
        if reason := self.broken.get(f"{access.tenant}.json"):
            return Settings(reading="failed", reason=safe_text(f"the file {reason}"))
        if access.tenant not in self.envelopes:
            return Settings(reading="missing")
        envelope = self.envelopes[access.tenant]
        return settings(self.documents[access.tenant], envelope.digest, access, revision=envelope.revision)

    def strays(self) -> Iterator[Stray]:
        """Yield the files that belong to no tenant of the report, by name."""
        strays = {
            name: problem for name, problem in self.broken.items() if name[: -len(".json")] not in self._used
        }
        for tenant in self.envelopes.keys() - self._used:
            strays[f"{tenant}.json"] = "admits clients of a tenant that has no valid file in this project"
        for name, problem in sorted(strays.items()):
            yield Stray(file=safe_text(name), problem=safe_text(problem))


def settings(
    document: SettingsDocument, digest: str, access: TenantAccess, *, revision: int | None = None
) -> Settings:
    """Return the report's entry for a settings document, with its differences from the tenant's file."""
    return Settings(
        reading="read",
        revision=revision,
        digest=digest,
        authorities=tuple(safe_text(server.authority) for server in document.authorization_servers),
        client_ids={
            safe_text(name): safe_text(client_id) for name, client_id in sorted(client_ids(document).items())
        },
        differences=tuple(map(safe_text, differences(document, access))),
    )


def client_ids(document: SettingsDocument) -> dict[str, str]:
    """Return client IDs by name; during a move, those of the new server, which is the first."""
    return {
        client.name: client.client_id
        for server in reversed(document.authorization_servers)
        for client in server.clients
    }


def differences(document: SettingsDocument, access: TenantAccess) -> Iterator[str]:
    """Yield the differences between the access of a settings document and that of the tenant's file."""
    if document.tenant != access.tenant:
        yield f"they belong to the tenant {document.tenant}"
    servers = document.authorization_servers
    if access.authority is not None and access.authority not in {server.authority for server in servers}:
        yield "the authority is another one"
    if access.other is None:
        yield from _access_differences(servers, access)
        for server in servers[1:]:
            yield f"tokens of {server.authority} are still accepted"
    elif len(servers) == 1:
        yield from _access_differences(servers, access)
        yield "tokens of the second authorization server are not accepted yet"
    else:
        # The order of the servers changes with the switch of a move.
        same_order = access.authority in {None, servers[0].authority}
        own, other = servers if same_order else reversed(servers)
        if not same_order and access.authority == own.authority:
            yield "clients are sent to the other authorization server"
        yield from _access_differences((own,), access)
        if access.other.authority not in {None, other.authority}:
            yield "the authority of the second authorization server is another one"
        for difference in _access_differences((other,), access.other):
            yield f"at the second authorization server, {difference}"
    existing = {resource.key for resource in document.protected_resources}
    if more := sorted(existing - set(access.resources)):
        yield f"protected resource {', '.join(more)} is no longer declared"
    if less := sorted(set(access.resources) - existing - set(access.pending)):
        yield f"protected resource {', '.join(less)} does not exist yet"


def _access_differences(servers: Iterable[AuthorizationServer], access: TenantAccess) -> Iterator[str]:
    delivered: dict[str, set[str]] = {}
    for server in servers:
        for client in server.clients:
            delivered.setdefault(f"client {client.name}", set()).update(client.access)
        for key, registration in (
            ("dynamic", server.registration.dynamic),
            ("metadataDocuments", server.registration.metadata_documents),
        ):
            if registration:
                delivered.setdefault(f"registration {key}", set()).update(registration.access)
    declared = {f"client {client.name}": set(client.resources) for client in access.clients}
    for method in access.registration_methods:
        prefix = "registration" if method.key in {"dynamic", "metadataDocuments"} else "client"
        declared[f"{prefix} {method.key}"] = set(method.resources)
    for subject in sorted(delivered.keys() | declared.keys()):
        old, new = delivered.get(subject, set()), declared.get(subject, set())
        if more := sorted(old - new):
            yield f"{subject} still has access to {', '.join(more)}"
        if less := sorted(new - old):
            yield f"{subject} does not have access to {', '.join(less)} yet"
