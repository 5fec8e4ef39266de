"""Changes after which less is possible than before, or nothing else."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

LOW: tuple[ChangeKind, ...] = (
    ChangeKind(
        "resource-added",
        Risk.LOW,
        "A workspace's environment has an MCP server.",
        "By itself nobody reaches it; who does has lines of its own.",
    ),
    ChangeKind(
        "client-authentication-strengthens",
        Risk.LOW,
        "A client proves who it is by more.",
        "It is harder to pass for it; it must be given its new credential.",
    ),
    ChangeKind(
        "access-wildcard-removed",
        Risk.LOW,
        "An access list no longer says `*` or `<workspace>/*`.",
        "What is declared later is not reached by itself.",
    ),
    ChangeKind(
        "people-declared",
        Risk.LOW,
        "Who may sign in is declared, or nobody comes by a manual registration any more.",
        "It was decided elsewhere before.",
    ),
    ChangeKind(
        "registration-narrows",
        Risk.LOW,
        "What limits a way to become a client without a declaration takes in less.",
        "Fewer clients come that nobody named.",
    ),
    ChangeKind(
        "lifetime-shrinks",
        Risk.LOW,
        "Tokens or a secret last less long.",
        "They are renewed more often.",
    ),
    ChangeKind(
        "refresh-tokens-end",
        Risk.LOW,
        "Clients of people get no refresh tokens.",
        "People sign in again for each access token.",
    ),
    ChangeKind(
        "redirect-uri-removed",
        Risk.LOW,
        "Where a client has the authorization code sent no more.",
        "A request that names it is refused.",
    ),
    ChangeKind(
        "known-application-changes",
        Risk.LOW,
        "The known applications that a client or a registration method names.",
        "Redirect URIs, hosts and documents that change with it are separate changes.",
    ),
    ChangeKind(
        "web-origin-removed",
        Risk.LOW,
        "Pages that may call the token endpoint no more.",
        "Their scripts cannot read what it answers.",
    ),
    ChangeKind(
        "protection-strengthens",
        Risk.LOW,
        "Something may no longer be destroyed.",
        "It must be allowed again before it can go.",
    ),
    ChangeKind(
        "waiver-shortened",
        Risk.LOW,
        "Violations of a policy are accepted for less long.",
        "The policy holds again earlier.",
    ),
    ChangeKind(
        "waiver-removed",
        Risk.LOW,
        "Violations of a policy are accepted no more.",
        "The policy holds again.",
    ),
)

NONE: tuple[ChangeKind, ...] = (
    ChangeKind(
        "access-written-differently",
        Risk.NONE,
        "An access list that means the same.",
        "Nobody gains or loses anything.",
    ),
    ChangeKind(
        "people-written-differently",
        Risk.NONE,
        "People who are the same as before.",
        "Nobody gains or loses anything.",
    ),
    ChangeKind(
        "lifetime-written-differently",
        Risk.NONE,
        "A lifetime in another unit.",
        "It lasts as long as before.",
    ),
    ChangeKind(
        "unused-instance-changes",
        Risk.NONE,
        "The Flow instance's Entra tenant, which this tenant does not use.",
        "Nobody gains or loses anything here.",
    ),
)
