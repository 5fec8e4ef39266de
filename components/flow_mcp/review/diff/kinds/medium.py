"""Changes by which somebody named gains or loses something."""

from __future__ import annotations

from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.kinds.kind import ChangeKind

MEDIUM: tuple[ChangeKind, ...] = (
    ChangeKind(
        "tenant-added",
        Risk.MEDIUM,
        "The stack was not declared before.",
        "Everything in it is new; each gain has its own line.",
    ),
    ChangeKind(
        "client-added",
        Risk.MEDIUM,
        "A client that the stack registers.",
        "A named application gets in.",
    ),
    ChangeKind(
        "manual-registration-added",
        Risk.MEDIUM,
        "A client that somebody else registered.",
        "A named application gets in, and how it authenticates is not declared.",
    ),
    ChangeKind(
        "client-removed",
        Risk.MEDIUM,
        "A client that the stack registered.",
        "A named application is refused.",
    ),
    ChangeKind(
        "manual-registration-removed",
        Risk.MEDIUM,
        "A client that somebody else registered.",
        "A named application is refused; its registration stays at the authorization server.",
    ),
    ChangeKind(
        "client-gains-access",
        Risk.MEDIUM,
        "Workspaces and environments that a client reaches.",
        "A named application reaches more.",
    ),
    ChangeKind(
        "client-loses-access",
        Risk.MEDIUM,
        "Workspaces and environments that a client reaches no more.",
        "Its calls there are refused.",
    ),
    ChangeKind(
        "access-wildcard-added",
        Risk.MEDIUM,
        "An access list says `*` or `<workspace>/*`.",
        "What is declared later is reached too, without another change here.",
    ),
    ChangeKind(
        "group-gains-access",
        Risk.MEDIUM,
        "Protected resources for which a group may sign in.",
        "Named people reach more.",
    ),
    ChangeKind(
        "group-loses-access",
        Risk.MEDIUM,
        "Protected resources for which a group may sign in no more.",
        "Named people are refused there.",
    ),
    ChangeKind(
        "everyone-loses-access",
        Risk.MEDIUM,
        "No longer whoever the authorization server lets sign in.",
        "People who were not named are refused.",
    ),
    ChangeKind(
        "registration-closes",
        Risk.MEDIUM,
        "A way to become a client without a declaration closes.",
        "Those who came by it are refused.",
    ),
    ChangeKind(
        "registration-loses-access",
        Risk.MEDIUM,
        "Clients that no declaration names reach less.",
        "Their calls there are refused.",
    ),
    ChangeKind(
        "client-authentication-changes",
        Risk.MEDIUM,
        "A client proves who it is by something else, as strong as before.",
        "It must be given its new credential.",
    ),
    ChangeKind(
        "secret-rotates",
        Risk.MEDIUM,
        "A client's secret is made anew.",
        "The old one ends, and the client must be given the new one.",
    ),
    ChangeKind(
        "lifetime-grows",
        Risk.MEDIUM,
        "Tokens or a secret last longer.",
        "What was stolen, or should have ended, is valid for longer.",
    ),
    ChangeKind(
        "refresh-tokens-begin",
        Risk.MEDIUM,
        "Clients of people get refresh tokens.",
        "Access goes on without the person.",
    ),
    ChangeKind(
        "redirect-uri-added",
        Risk.MEDIUM,
        "Where a client has the authorization code sent.",
        "Whoever is there gets people's codes.",
    ),
    ChangeKind(
        "web-origin-added",
        Risk.MEDIUM,
        "Pages that may call the token endpoint.",
        "Their scripts read what it answers.",
    ),
    ChangeKind(
        "verified-domain-added",
        Risk.MEDIUM,
        "A domain that is taken for verified in the Entra tenant.",
        "Application ID URIs become addresses on it.",
    ),
    ChangeKind(
        "verified-domain-removed",
        Risk.MEDIUM,
        "A domain that was taken for verified in the Entra tenant.",
        "Application ID URIs on it become others, and clients that send `resource` fail.",
    ),
    ChangeKind(
        "owner-removed",
        Risk.MEDIUM,
        "A principal is owner of the applications no more.",
        "If the stack's own principal is, it can no longer change them.",
    ),
    ChangeKind(
        "stack-owns-less",
        Risk.MEDIUM,
        "The stack lets go of what it managed.",
        "Nobody keeps it as declared from then on.",
    ),
    ChangeKind(
        "resource-removed",
        Risk.MEDIUM,
        "A workspace's environment has no MCP server any more.",
        "Every call there is answered 401.",
    ),
    ChangeKind(
        "resource-opens",
        Risk.MEDIUM,
        "A protected resource can be reached, because what it waited for was made.",
        "All who were given access to it get in.",
    ),
    ChangeKind(
        "resource-closes",
        Risk.MEDIUM,
        "A protected resource waits for what somebody else must make.",
        "Every call there is refused until then.",
    ),
    ChangeKind(
        "waiver-added",
        Risk.MEDIUM,
        "Violations of a policy are accepted.",
        "What the policy kept out may pass.",
    ),
    ChangeKind(
        "waiver-extended",
        Risk.MEDIUM,
        "Violations of a policy are accepted for longer.",
        "What the policy kept out may pass for longer.",
    ),
    ChangeKind(
        "waiver-changes",
        Risk.MEDIUM,
        "A waiver has another reason, or was accepted by somebody else.",
        "Who answers for it is part of what was accepted.",
    ),
    ChangeKind(
        "declaration-changed",
        Risk.MEDIUM,
        "Anything else, by its path.",
        "Nothing more is known of it here, so somebody must look.",
    ),
)
