"""Changes that let in somebody whom nobody named, take a protection away, or end what works for all."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

HIGH: tuple[ChangeKind, ...] = (
    ChangeKind(
        "tenant-removed",
        Risk.HIGH,
        "The stack is no longer declared.",
        "Once the stack is destroyed, every call to the tenant's MCP servers is answered 401.",
    ),
    ChangeKind(
        "authority-changes",
        Risk.HIGH,
        "Another authorization server, or another tenant, realm or environment of one, issues the tokens.",
        "All tokens and client IDs of the old one end, and whoever runs the new one decides who gets in.",
    ),
    ChangeKind(
        "client-id-changes",
        Risk.HIGH,
        "A client's ID is another, or means another client because the authority changes.",
        "Whoever uses the old ID is refused, and whoever has the new one gets in.",
    ),
    ChangeKind(
        "resource-urls-change",
        Risk.HIGH,
        "The tenant's ID or the Flow instance's address changes.",
        "Every MCP server has another URL and its tokens another audience; all clients must follow.",
    ),
    ChangeKind(
        "resource-recognition-changes",
        Risk.HIGH,
        "Scopes, audiences or the application by which a protected resource's tokens are recognised.",
        "Other tokens are accepted than before.",
    ),
    ChangeKind(
        "token-reading-changes",
        Risk.HIGH,
        "Algorithms, types, claims or conditions by which tokens are read.",
        "Other tokens are accepted than before, or a program passes for a person.",
    ),
    ChangeKind(
        "administration-changes",
        Risk.HIGH,
        "Where or how the stack administers the authorization server.",
        "The administrator's credentials reach another party.",
    ),
    ChangeKind(
        "private-use-redirect-added",
        Risk.HIGH,
        "A redirect URI with a known application's private-use scheme.",
        "Any program on the person's computer can claim the scheme and receive the authorization code.",
    ),
    ChangeKind(
        "protection-weakens",
        Risk.HIGH,
        "Something may be destroyed that could not be before.",
        "What is lost with it does not come back.",
    ),
    ChangeKind(
        "stack-owns-more",
        Risk.HIGH,
        "The stack takes over what it left alone before.",
        "What others live with is changed by it, and may go with it.",
    ),
    ChangeKind(
        "owner-added",
        Risk.HIGH,
        "A principal becomes owner of the applications that are made.",
        "An owner can give itself credentials of any of them.",
    ),
    ChangeKind(
        "registration-opens",
        Risk.HIGH,
        "A way to become a client without a declaration opens.",
        "Clients come that nobody named.",
    ),
    ChangeKind(
        "registration-gains-access",
        Risk.HIGH,
        "Clients that no declaration names reach more.",
        "Who they are is decided by whoever registers them.",
    ),
    ChangeKind(
        "registration-widens",
        Risk.HIGH,
        "What limits a way to become a client without a declaration takes in more, or goes.",
        "Clients come that were kept out before.",
    ),
    ChangeKind(
        "everyone-gains-access",
        Risk.HIGH,
        "Whoever the authorization server lets sign in.",
        "People come whom nobody named.",
    ),
    ChangeKind(
        "people-undeclared",
        Risk.HIGH,
        "People may come by a manual registration, and no declaration says which.",
        "Who they are is decided elsewhere, and nothing here shows it.",
    ),
    ChangeKind(
        "client-grant-changes",
        Risk.HIGH,
        "A client acts for people instead of for itself, or the other way round.",
        "Its tokens mean something else, and other checks apply to them.",
    ),
    ChangeKind(
        "client-authentication-weakens",
        Risk.HIGH,
        "A client proves who it is by less: a secret instead of a key, or nothing.",
        "It is easier to pass for it.",
    ),
    ChangeKind(
        "client-key-changes",
        Risk.HIGH,
        "The key, or the address of the keys, by which a client is known.",
        "Whoever has the new private key is the client.",
    ),
    ChangeKind(
        "federated-credential-changes",
        Risk.HIGH,
        "Issuer, subject or audience of the token by which a client is known.",
        "Whoever gets such a token is the client.",
    ),
)
