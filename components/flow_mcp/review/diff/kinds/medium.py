"""Kinds of medium risk: a named client, group or other part gains or loses something."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

MEDIUM: tuple[ChangeKind, ...] = (
    ChangeKind(
        "tenant-added",
        Risk.MEDIUM,
        "The stack was not declared before.",
        "Everything in it is new. Each gain of access has its own line.",
    ),
    ChangeKind(
        "preferred-server-changes",
        Risk.MEDIUM,
        "During a move, the MCP servers send clients to the other authorization server.",
        "Clients that are not registered there cannot sign in again. Tokens of both servers stay valid.",
    ),
    ChangeKind(
        "client-added",
        Risk.MEDIUM,
        "The stack registers a client.",
        "A named application gets access.",
    ),
    ChangeKind(
        "manual-registration-added",
        Risk.MEDIUM,
        "A client that an administrator registered is declared.",
        "A named application gets access. Its authentication is not declared.",
    ),
    ChangeKind(
        "client-removed",
        Risk.MEDIUM,
        "A client that the stack registered is removed.",
        "Calls of a named application are rejected.",
    ),
    ChangeKind(
        "manual-registration-removed",
        Risk.MEDIUM,
        "A client that an administrator registered is no longer declared.",
        "Calls of a named application are rejected. Its registration stays at the authorization server.",
    ),
    ChangeKind(
        "client-gains-access",
        Risk.MEDIUM,
        "A client gains access to workspaces and environments.",
        "A named application can reach more.",
    ),
    ChangeKind(
        "client-loses-access",
        Risk.MEDIUM,
        "A client loses access to workspaces and environments.",
        "Its calls there are rejected.",
    ),
    ChangeKind(
        "access-wildcard-added",
        Risk.MEDIUM,
        "An access list now contains `*` or `<workspace>/*`.",
        "Access to workspaces and environments that are added later is granted without another change here.",
    ),
    ChangeKind(
        "group-gains-access",
        Risk.MEDIUM,
        "The members of a group may sign in for further protected resources.",
        "Named people can reach more.",
    ),
    ChangeKind(
        "group-loses-access",
        Risk.MEDIUM,
        "The members of a group may no longer sign in for some protected resources.",
        "Named people are rejected there.",
    ),
    ChangeKind(
        "everyone-loses-access",
        Risk.MEDIUM,
        "Not every user of the authorization server may sign in any longer.",
        "People who are not named are rejected.",
    ),
    ChangeKind(
        "registration-closes",
        Risk.MEDIUM,
        "A registration method is closed.",
        "Calls of the clients that used it are rejected.",
    ),
    ChangeKind(
        "registration-loses-access",
        Risk.MEDIUM,
        "Clients of a registration method lose access.",
        "Their calls there are rejected.",
    ),
    ChangeKind(
        "enterprise-client-added",
        Risk.MEDIUM,
        "A client can redeem the identity assertions of a company identity provider.",
        "A named application gets tokens for people without their sign-in.",
    ),
    ChangeKind(
        "enterprise-client-removed",
        Risk.MEDIUM,
        "A client can no longer redeem the identity assertions of a company identity provider.",
        "People sign in through the application again.",
    ),
    ChangeKind(
        "enterprise-issuer-removed",
        Risk.MEDIUM,
        "The identity assertions of a company identity provider are no longer redeemed.",
        "People sign in through their applications again.",
    ),
    ChangeKind(
        "enterprise-person-unlinked",
        Risk.MEDIUM,
        "The stack no longer links a user to a company identity provider.",
        "Assertions about the user are rejected.",
    ),
    ChangeKind(
        "client-authentication-changes",
        Risk.MEDIUM,
        "A client authenticates with other credentials of the same strength.",
        "The client must receive its new credential.",
    ),
    ChangeKind(
        "secret-rotates",
        Risk.MEDIUM,
        "A client gets a new secret.",
        "The old secret becomes invalid at once, or at the end of a declared overlap, and the client must "
        "receive the new one.",
    ),
    ChangeKind(
        "lifetime-grows",
        Risk.MEDIUM,
        "Tokens or a secret are valid for longer.",
        "A stolen token or secret, or revoked access, stays valid for longer.",
    ),
    ChangeKind(
        "refresh-tokens-begin",
        Risk.MEDIUM,
        "Clients that act for people receive refresh tokens.",
        "Access continues without the person.",
    ),
    ChangeKind(
        "redirect-uri-added",
        Risk.MEDIUM,
        "A client can receive authorization codes at another address.",
        "The operator of the address receives people's codes.",
    ),
    ChangeKind(
        "web-origin-added",
        Risk.MEDIUM,
        "Pages of another origin may call the token endpoint.",
        "Their scripts can read its answers.",
    ),
    ChangeKind(
        "verified-domain-added",
        Risk.MEDIUM,
        "A domain is treated as verified in the Entra tenant.",
        "Application ID URIs become addresses on it.",
    ),
    ChangeKind(
        "verified-domain-removed",
        Risk.MEDIUM,
        "A domain is no longer treated as verified in the Entra tenant.",
        "Application ID URIs on it change, and clients that send `resource` fail.",
    ),
    ChangeKind(
        "owner-removed",
        Risk.MEDIUM,
        "A principal is no longer an owner of the stack's applications.",
        "If it is the stack's own principal, the stack can no longer change them.",
    ),
    ChangeKind(
        "stack-owns-less",
        Risk.MEDIUM,
        "The stack no longer manages something.",
        "From then on, nothing keeps it as declared.",
    ),
    ChangeKind(
        "resource-removed",
        Risk.MEDIUM,
        "An environment of a workspace no longer has an MCP server.",
        "Every call there is answered with 401.",
    ),
    ChangeKind(
        "resource-opens",
        Risk.MEDIUM,
        "A protected resource no longer waits for an administrator to create its application.",
        "All clients and people with access to it can reach it.",
    ),
    ChangeKind(
        "resource-closes",
        Risk.MEDIUM,
        "A protected resource waits for an administrator to create its application.",
        "Every call there is rejected until then.",
    ),
    ChangeKind(
        "waiver-added",
        Risk.MEDIUM,
        "Violations of a rule are accepted.",
        "The rule no longer blocks these violations.",
    ),
    ChangeKind(
        "waiver-extended",
        Risk.MEDIUM,
        "Violations of a rule are accepted for longer.",
        "The rule stays suppressed for longer.",
    ),
    ChangeKind(
        "waiver-changes",
        Risk.MEDIUM,
        "A waiver has another reason, or another person accepts it.",
        "The accepting person and the reason are part of what was approved.",
    ),
    ChangeKind(
        "declaration-changed",
        Risk.MEDIUM,
        "Any other value, by its path.",
        "Its effect is not known here, so a reviewer must look at it.",
    ),
)
