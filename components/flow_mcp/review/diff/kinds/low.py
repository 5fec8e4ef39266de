"""Kinds of low risk, after which less is permitted than before, and kinds without any effect on access."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

LOW: tuple[ChangeKind, ...] = (
    ChangeKind(
        "resource-added",
        Risk.LOW,
        "A workspace's environment gets an MCP server.",
        "By itself it grants no access. Clients and people who gain access have their own lines.",
    ),
    ChangeKind(
        "client-authentication-strengthens",
        Risk.LOW,
        "A client authenticates with stronger credentials.",
        "It is harder to impersonate the client. The client must receive its new credential.",
    ),
    ChangeKind(
        "access-wildcard-removed",
        Risk.LOW,
        "An access list no longer contains `*` or `<workspace>/*`.",
        "Access to workspaces and environments that are added later is no longer granted automatically.",
    ),
    ChangeKind(
        "people-declared",
        Risk.LOW,
        "The people of a manual registration are now declared, or the registration no longer admits people.",
        "They were chosen elsewhere before.",
    ),
    ChangeKind(
        "registration-narrows",
        Risk.LOW,
        "A limit of a registration method is narrowed.",
        "Fewer clients that nobody named can get access.",
    ),
    ChangeKind(
        "lifetime-shrinks",
        Risk.LOW,
        "Tokens or a secret are valid for a shorter time.",
        "They are renewed more often.",
    ),
    ChangeKind(
        "previous-secret-ends",
        Risk.LOW,
        "The rotation of a secret is finished: the client's previous secret becomes invalid.",
        "A client that still uses the previous secret is rejected.",
    ),
    ChangeKind(
        "refresh-tokens-end",
        Risk.LOW,
        "Clients that act for people no longer receive refresh tokens.",
        "People sign in again for each access token.",
    ),
    ChangeKind(
        "redirect-uri-removed",
        Risk.LOW,
        "A client can no longer receive authorization codes at an address.",
        "A request that names the address is rejected.",
    ),
    ChangeKind(
        "known-application-changes",
        Risk.LOW,
        "A client or a registration method names another known application.",
        "Redirect URIs, hosts and documents that change with it are separate changes.",
    ),
    ChangeKind(
        "web-origin-removed",
        Risk.LOW,
        "Pages of an origin may no longer call the token endpoint.",
        "Their scripts cannot read its answers.",
    ),
    ChangeKind(
        "protection-strengthens",
        Risk.LOW,
        "The stack may no longer destroy something.",
        "It must be unprotected before it can be deleted.",
    ),
    ChangeKind(
        "waiver-shortened",
        Risk.LOW,
        "Violations of a rule are accepted for a shorter time.",
        "The rule applies again earlier.",
    ),
    ChangeKind(
        "waiver-removed",
        Risk.LOW,
        "Violations of a rule are no longer accepted.",
        "The rule applies again.",
    ),
)

NONE: tuple[ChangeKind, ...] = (
    ChangeKind(
        "access-written-differently",
        Risk.NONE,
        "An access list is written differently and grants the same access.",
        "Nobody gains or loses access.",
    ),
    ChangeKind(
        "people-written-differently",
        Risk.NONE,
        "People are declared differently and are the same as before.",
        "Nobody gains or loses access.",
    ),
    ChangeKind(
        "lifetime-written-differently",
        Risk.NONE,
        "A lifetime is written in another unit.",
        "Its duration is the same.",
    ),
    ChangeKind(
        "unused-instance-changes",
        Risk.NONE,
        "The Flow instance's Entra tenant changes, which this tenant does not use.",
        "Nobody gains or loses access here.",
    ),
)
