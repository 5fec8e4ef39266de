"""How vectors are written: one line each, with the answer that the specification asks for.

The answers are written here by the decision table, not taken from the code that the vectors test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

NOW = 1_790_000_000
"""Seconds since 1970: the time of every call unless a vector says otherwise."""

Kind = Literal["person", "program"]
Expected = dict[str, Any]


class Who(NamedTuple):
    """The caller, as far as it is known."""

    client: str
    subject: str
    kind: Kind | None = None

    def members(self) -> Expected:
        """As a decision has it."""
        known = {"client": self.client, "subject": self.subject}
        return known | ({"subjectKind": self.kind} if self.kind else {})


@dataclass(frozen=True)
class Answers:
    """What is answered at one protected resource.

    Args:
        url: The resource's.
        authority: The authorization server of the tokens.
        scope: All scopes that are needed, as challenges name them.
        asked: The scopes that a caller without a good token is told, if they are others (during a move).
    """

    url: str
    authority: str
    scope: str
    asked: str | None = None

    def allowed(self, who: Who, expires_at: int = NOW + 300) -> Expected:
        """The call passes."""
        known = {"resource": self.url, "authority": self.authority}
        return {"allowed": True, "status": 200, "reason": "allowed", "expiresAt": expires_at} | (
            known | who.members()
        )

    def no_token(self) -> Expected:
        """401 that says where the metadata is and which scopes to ask for."""
        return self._denied(401, "no-token", None, self._metadata, self._scope(self.asked))

    def invalid(self, reason: str, who: Who | None = None) -> Expected:
        """401 `invalid_token`, the server known."""
        return self.unread(reason) | {"authority": self.authority} | (who.members() if who else {})

    def unread(self, reason: str) -> Expected:
        """401 `invalid_token` before it is known which server the token could be of."""
        return self._denied(401, reason, "invalid_token", self._metadata, self._scope(self.asked))

    def step_up(self, reason: str, who: Who) -> Expected:
        """403 with all scopes at once."""
        denied = self._denied(403, reason, "insufficient_scope", self._metadata, self._scope(None))
        return denied | {"authority": self.authority} | who.members()

    def not_given(self, who: Who) -> Expected:
        """403 without anything to step up with."""
        denied = self._denied(403, "resource-not-given", None, self._metadata)
        return denied | {"authority": self.authority} | who.members()

    @property
    def _metadata(self) -> str:
        scheme, _, rest = self.url.partition("://")
        host, slash, path = rest.partition("/")
        return f'resource_metadata="{scheme}://{host}/.well-known/oauth-protected-resource{slash}{path}"'

    def _scope(self, asked: str | None) -> str:
        return f'scope="{asked or self.scope}"'

    def _denied(self, status: int, reason: str, error: str | None, *parameters: str) -> Expected:
        parts = [f'error="{error}"', *parameters] if error else list(parameters)
        denied = {"allowed": False, "status": status, "reason": reason, "resource": self.url}
        return denied | ({"error": error} if error else {}) | {"challenge": "Bearer " + ", ".join(parts)}


def nowhere(reason: str) -> Expected:
    """401 that points nowhere: there is no such resource."""
    return {"allowed": False, "status": 401, "reason": reason, "challenge": 'Bearer realm="Flow MCP"'}


@dataclass
class Theme:
    """A file of vectors.

    Args:
        name: Of the file.
        description: What its vectors are about.
        settings: Name of the settings document, unless a vector has another.
        keys: Name of the keys, likewise.
        address: URL of the call, likewise.
    """

    name: str
    description: str
    settings: str
    keys: str
    address: str
    vectors: list[Expected] = field(default_factory=list)

    def add(
        self,
        name: str,
        requirements: str,
        description: str,
        token: str | None,
        decision: Expected,
        **other: Any,
    ) -> None:
        """Add a vector.

        Args:
            name: Its ID follows: the theme's name and this.
            requirements: IDs, separated by spaces.
            description: A sentence about the outcome.
            token: The bearer token, if the call has one.
            decision: What must be decided.
            other: Members that are not the theme's; None leaves one out.
        """
        call = {"settings": self.settings, "keys": self.keys, "now": NOW, "address": self.address}
        named = {
            "id": f"{self.name}-{name}",
            "description": description,
            "requirements": requirements.split(),
        }
        vector = named | call | {"token": token} | other | {"decision": decision}
        self.vectors.append({member: value for member, value in vector.items() if value is not None})

    def document(self) -> Expected:
        """The file's content."""
        return {"description": self.description, "vectors": self.vectors}
