"""Kinds of high risk: unnamed clients or people get access, a protection is removed, or all clients break."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

HIGH: tuple[ChangeKind, ...] = (
    ChangeKind(
        "tenant-removed",
        Risk.HIGH,
        "The stack is no longer declared.",
        "When the stack is destroyed, the tenant's MCP servers answer every call with 401.",
    ),
    ChangeKind(
        "authority-changes",
        Risk.HIGH,
        "Another authorization server, or another tenant, realm or environment of one, issues the tokens.",
        "All tokens and client IDs of the old one become invalid. The new one decides who gets tokens.",
    ),
    ChangeKind(
        "authorization-server-added",
        Risk.HIGH,
        "A move begins: a second authorization server issues tokens that the tenant accepts.",
        "Two servers decide who gets tokens.",
    ),
    ChangeKind(
        "authorization-server-removed",
        Risk.HIGH,
        "A move ends, or is undone: the tokens of one of two authorization servers are no longer accepted.",
        "Calls of clients that still use it are rejected.",
    ),
    ChangeKind(
        "state-label-changes",
        Risk.HIGH,
        "The label of an authorization server's resources in Pulumi's state changes.",
        "The stack creates everything at the server again and deletes the former resources.",
    ),
    ChangeKind(
        "client-id-changes",
        Risk.HIGH,
        "A client's ID changes, or identifies another client because the authority changes.",
        "Calls with the old ID are rejected. The client with the new ID gets access.",
    ),
    ChangeKind(
        "resource-urls-change",
        Risk.HIGH,
        "The tenant's ID or the Flow instance's address changes.",
        "Each MCP server gets another URL and audience. All clients must be reconfigured.",
    ),
    ChangeKind(
        "resource-recognition-changes",
        Risk.HIGH,
        "The scopes, audiences or application that a protected resource requires in tokens change.",
        "The resource accepts other tokens than before.",
    ),
    ChangeKind(
        "token-reading-changes",
        Risk.HIGH,
        "The algorithms, types, claims or conditions by which tokens are validated change.",
        "Other tokens are accepted than before, or a program is treated as a person.",
    ),
    ChangeKind(
        "administration-changes",
        Risk.HIGH,
        "Where or how the stack administers the authorization server changes.",
        "The administrator's credentials are sent to another party.",
    ),
    ChangeKind(
        "private-use-redirect-added",
        Risk.HIGH,
        "A client gets a redirect URI with its known application's private-use scheme.",
        "Any program on the person's computer can claim the scheme and receive the authorization code.",
    ),
    ChangeKind(
        "protection-weakens",
        Risk.HIGH,
        "The stack may destroy something that was protected before.",
        "What is destroyed cannot be restored.",
    ),
    ChangeKind(
        "stack-owns-more",
        Risk.HIGH,
        "The stack manages something that it did not manage before.",
        "Other applications that use it are affected by the stack's changes, and by its deletion.",
    ),
    ChangeKind(
        "owner-added",
        Risk.HIGH,
        "A principal becomes an owner of the stack's applications.",
        "An owner can add its own credentials to each application.",
    ),
    ChangeKind(
        "registration-opens",
        Risk.HIGH,
        "A registration method is opened.",
        "Clients that nobody named get access.",
    ),
    ChangeKind(
        "registration-gains-access",
        Risk.HIGH,
        "Clients of a registration method gain access.",
        "The server does not know them in advance: anybody who can register one gains the access.",
    ),
    ChangeKind(
        "registration-widens",
        Risk.HIGH,
        "A limit of a registration method is widened or removed.",
        "Clients can register that were rejected before.",
    ),
    ChangeKind(
        "enterprise-issuer-added",
        Risk.HIGH,
        "Clients can redeem the identity assertions of a further company identity provider.",
        "The identity provider decides for which linked person a client gets a token, without a sign-in.",
    ),
    ChangeKind(
        "enterprise-keys-change",
        Risk.HIGH,
        "The address of a company identity provider's keys changes.",
        "The owner of the new keys can sign assertions about every linked person.",
    ),
    ChangeKind(
        "enterprise-person-linked",
        Risk.HIGH,
        "A subject of a company identity provider is linked to a user.",
        "Assertions about the subject give the access of that user.",
    ),
    ChangeKind(
        "everyone-gains-access",
        Risk.HIGH,
        "Every user of the authorization server may sign in.",
        "People whom nobody named gain access.",
    ),
    ChangeKind(
        "people-undeclared",
        Risk.HIGH,
        "People may sign in through a manual registration, and the declaration does not say who.",
        "The people are chosen elsewhere, and no review shows them.",
    ),
    ChangeKind(
        "client-grant-changes",
        Risk.HIGH,
        "A client acts for people instead of for itself, or the reverse.",
        "Its tokens have another meaning, and other checks apply to them.",
    ),
    ChangeKind(
        "client-authentication-weakens",
        Risk.HIGH,
        "A client authenticates with weaker credentials: a secret instead of a key, or none.",
        "It is easier to impersonate the client.",
    ),
    ChangeKind(
        "client-key-changes",
        Risk.HIGH,
        "A client's key, or the address of its keys, changes.",
        "The owner of the new private key can act as the client.",
    ),
    ChangeKind(
        "federated-credential-changes",
        Risk.HIGH,
        "The issuer, subject or audience of a client's federated credential changes.",
        "Anybody who gets a matching token can act as the client.",
    ),
)
