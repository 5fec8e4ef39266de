"""Settings that were delivered, compared with what the tenants' files say now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from flow_mcp.declaration.access import TenantAccess
from flow_mcp.review.report.document import Settings, Stray
from flow_mcp.review.report.text import shown
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

NOT_READ = Settings(reading="not-read")


@dataclass(frozen=True)
class Delivered:
    """A directory of `flow-mcp export`.

    Attributes:
        envelopes: by tenant.
        documents: likewise.
        broken: what is wrong with files that cannot be used, by name; `<tenant>.json` ought to be the name.
    """

    envelopes: Mapping[str, SettingsEnvelope]
    documents: Mapping[str, SettingsDocument]
    broken: Mapping[str, str]
    _used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, directory: Path) -> Delivered:
        """Read all of its files; one that cannot be used keeps no other from being read."""
        envelopes, documents, broken = {}, {}, {}
        for file in sorted(directory.glob("*.json")):
            try:
                envelope = SettingsEnvelope.from_json(file.read_bytes())
                document = envelope.document()
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False, include_context=False)[0]
                broken[file.name] = f"is no settings envelope: {first['msg']}"
            except (OSError, ValueError) as error:
                broken[file.name] = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            else:
                if file.name != f"{envelope.tenant}.json":
                    broken[file.name] = f"holds the settings of {envelope.tenant}, so the runtime refuses it"
                    continue
                envelopes[envelope.tenant], documents[envelope.tenant] = envelope, document
        return cls(envelopes, documents, broken)

    def document(self, tenant: str) -> SettingsDocument | None:
        """A tenant's settings."""
        return self.documents.get(tenant)

    def settings(self, access: TenantAccess) -> Settings:
        """What was delivered for a tenant."""
        self._used.add(access.tenant)
        if reason := self.broken.get(f"{access.tenant}.json"):
            return Settings(reading="failed", reason=shown(f"the file {reason}"))
        if access.tenant not in self.envelopes:
            return Settings(reading="missing")
        envelope = self.envelopes[access.tenant]
        return settings(self.documents[access.tenant], envelope.digest, access, revision=envelope.revision)

    def strays(self) -> Iterator[Stray]:
        """Files that no tenant asked for, in the order of their names."""
        strays = {
            name: problem for name, problem in self.broken.items() if name[: -len(".json")] not in self._used
        }
        for tenant in self.envelopes.keys() - self._used:
            strays[f"{tenant}.json"] = "lets in clients of a tenant that has no readable file here"
        for name, problem in sorted(strays.items()):
            yield Stray(file=shown(name), problem=shown(problem))


def settings(
    document: SettingsDocument, digest: str, access: TenantAccess, *, revision: int | None = None
) -> Settings:
    """A settings document, and how it differs from the tenant's file."""
    return Settings(
        reading="read",
        revision=revision,
        digest=digest,
        authorities=tuple(shown(server.authority) for server in document.authorization_servers),
        client_ids={shown(name): shown(each) for name, each in sorted(client_ids(document).items())},
        differences=tuple(map(shown, differences(document, access))),
    )


def client_ids(document: SettingsDocument) -> dict[str, str]:
    """Client IDs by name; while a tenant moves, those of the server that it moves to, which comes first."""
    return {
        client.name: client.client_id
        for server in reversed(document.authorization_servers)
        for client in server.clients
    }


def differences(document: SettingsDocument, access: TenantAccess) -> Iterator[str]:
    """What the settings let in and the file does not, and the other way round."""
    if document.tenant != access.tenant:
        yield f"they are those of the tenant {document.tenant}"
    servers = document.authorization_servers
    if access.authority is not None and access.authority not in {server.authority for server in servers}:
        yield "another authority"
    reached: dict[str, set[str]] = {}
    for server in servers:
        for client in server.clients:
            reached.setdefault(f"client {client.name}", set()).update(client.access)
        for key, way in (
            ("dynamic", server.registration.dynamic),
            ("metadataDocuments", server.registration.metadata_documents),
        ):
            if way:
                reached.setdefault(f"registration {key}", set()).update(way.access)
    declared = {f"client {client.name}": set(client.resources) for client in access.clients}
    for method in access.registration_methods:
        what = "registration" if method.key in {"dynamic", "metadataDocuments"} else "client"
        declared[f"{what} {method.key}"] = set(method.resources)
    for subject in sorted(reached.keys() | declared.keys()):
        had, has = reached.get(subject, set()), declared.get(subject, set())
        if more := sorted(had - has):
            yield f"{subject} still reaches {', '.join(more)}"
        if less := sorted(has - had):
            yield f"{subject} does not reach {', '.join(less)} yet"
    existing = {resource.key for resource in document.protected_resources}
    if more := sorted(existing - set(access.resources)):
        yield f"protected resource {', '.join(more)} is no longer declared"
    if less := sorted(set(access.resources) - existing - set(access.pending)):
        yield f"protected resource {', '.join(less)} is not there yet"
