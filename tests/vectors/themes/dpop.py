"""Tokens that are bound to a key, and the clients that must bind them."""

from __future__ import annotations

from typing import Any

from tests.issuers import keycloak
from tests.vectors import acme, generic
from tests.vectors.acme import PERSON, PRODUCTION, PRODUCTION_SCOPE, TEST, answers, test_answers
from tests.vectors.book import Expected, ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.bound import BOUND, JKT, ROBOT, bound, by_dpop, call, offering_both, proof
from tests.vectors.themes.clients import CLAUDE, DYNAMIC
from tests.vectors.themes.move import NEW, new_token

theme = Theme(
    "dpop",
    "Tokens that are bound to a key of the client, and the clients that must bind them (RFC 9449).",
    "keycloak-dpop",
    "keycloak",
    PRODUCTION,
)


def add(
    name: str,
    requirement: str,
    description: str,
    decision: Expected,
    *,
    token: str | None = BOUND,
    dpop: dict[str, Any] | None = None,
    **other: Any,
) -> None:
    """Add a vector, by default with the bound token and a valid proof."""
    theme.add(name, requirement, description, token, decision, dpop=dpop or call(proof()), **other)


def proven(
    name: str, requirement: str, description: str, decision: Expected, token: str, **other: Any
) -> None:
    """Add a vector with this token and a valid proof of its key."""
    add(name, requirement, description, decision, token=token, dpop=call(proof(token)), **other)


ALLOWED = answers.allowed(PERSON)
BOUND_TOKEN = by_dpop(answers.invalid("bound-token"))
UNBOUND_TOKEN = by_dpop(answers.invalid("unbound-token"))
CERTIFICATE = {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}
ALL_BOUND = "keycloak-dpop-only"

add("person", "DPOP-1", "A bound token with a proof.", ALLOWED)
robot = bound(acme.program(azp=ROBOT.client, client_id=ROBOT.client))
proven("program", "DPOP-1", "A program.", answers.allowed(ROBOT), robot)
agent = bound(acme.program())
agent_allowed = answers.allowed(acme.PROGRAM)
proven("unasked", "DPOP-1", "A client that need not bind its tokens may do so.", agent_allowed, agent)
theme.add(
    "other-client",
    "DPOP-1",
    "A client that need not bind its tokens presents one as Bearer.",
    acme.token(acme.program()),
    agent_allowed,
)
theme.add(
    "header",
    "DPOP-1 REQ-2",
    "The scheme in other letters.",
    None,
    ALLOWED,
    authorization=[f"dpop {BOUND}"],
    dpop=call(proof()),
)
theme.add(
    "bearer-with-proof",
    "DPOP-2",
    "A bound token with the scheme Bearer, although a valid proof is there.",
    None,
    BOUND_TOKEN,
    authorization=[f"Bearer {BOUND}"],
    dpop=call(proof()),
)
theme.add(
    "two-headers",
    "DPOP-4",
    "Two DPoP headers of one call.",
    None,
    by_dpop(answers.invalid("no-proof", acme.CALLER_OF_UNKNOWN_KIND), "invalid_dpop_proof"),
    authorization=[f"DPoP {BOUND}"],
    dpop=call(proof(), proof(jti="another")),
)
both = offering_both(answers.no_token())
theme.add("no-token", "DPOP-8", "No token: both schemes are offered.", None, both)
theme.add(
    "no-token-required",
    "DPOP-8",
    "No token where all clients need bound tokens: DPoP is offered.",
    None,
    by_dpop(answers.no_token()),
    settings=ALL_BOUND,
)
theme.add("bearer", "DPOP-2", "As Bearer.", BOUND, BOUND_TOKEN)
certificate_bound = answers.invalid("certificate-bound-token")
theme.add(
    "certificate",
    "DPOP-3",
    "Bound to a certificate: refused here too.",
    bound(cnf=CERTIFICATE),
    certificate_bound,
)
add(
    "certificate-and-key",
    "DPOP-3",
    "Bound to a certificate and to a key.",
    by_dpop(certificate_bound),
    token=bound(cnf=CERTIFICATE | {"jkt": JKT}),
)
malformed = by_dpop(answers.invalid("malformed-claim"))
for name, confirmation in (("empty", {}), ("null", None), ("text", "jkt"), ("number", {"jkt": 1})):
    description = "Bound to nothing that a proof could show."
    add(f"cnf-{name}", "DPOP-3", description, malformed, token=bound(cnf=confirmation))
unbound = acme.token()
proven("unbound", "DPOP-3", "An unbound token with the scheme DPoP.", UNBOUND_TOKEN, unbound)
theme.add(
    "required",
    "DPOP-3",
    "An unbound token of a client that needs bound ones.",
    unbound,
    by_dpop(answers.invalid("unbound-token", PERSON)),
)
for name, client in (("dynamic", DYNAMIC), ("document", CLAUDE)):
    claims = acme.at_test_environment(acme.person(), client)
    caller = PERSON._replace(client=client)
    theme.add(
        f"{name}-required",
        "DPOP-3",
        "The same for a registration method.",
        acme.token(claims),
        by_dpop(test_answers.invalid("unbound-token", caller)),
        settings=ALL_BOUND,
        address=TEST,
    )
    token = bound(claims)
    add(
        f"{name}-bound",
        "DPOP-1",
        "A registration method's client with a proof.",
        test_answers.allowed(caller),
        token=token,
        dpop=call(proof(token, htu=TEST)),
        settings=ALL_BOUND,
        address=TEST,
    )
add(
    "not-in-settings",
    "DPOP-1 REQ-2",
    "Where no client binds its tokens, DPoP is another scheme.",
    answers.no_token(),
    settings="keycloak",
)

moved = ExpectedAnswers(PRODUCTION, acme.AUTHORITY, PRODUCTION_SCOPE, asked=generic.SCOPES)
MOVING: dict[str, Any] = {"settings": "moving-dpop", "keys": "moving"}
add(
    "moving",
    "DPOP-1 MOV-1",
    "During a move, the server that issued the token has DPoP.",
    moved.allowed(PERSON),
    **MOVING,
)
theme.add(
    "moving-no-token",
    "DPOP-8 MOV-1",
    "The challenge is that of the preferred server, which has none.",
    None,
    moved.no_token(),
    **MOVING,
)
proven(
    "moving-other-server",
    "DPOP-2 MOV-1",
    "A bound token of the server without DPoP.",
    NEW.invalid("bound-token"),
    new_token(cnf={"jkt": JKT}),
    **MOVING,
)
proven(
    "moving-step-up",
    "DPOP-8 MOV-1",
    "A step-up names the algorithms of the token's own server.",
    by_dpop(moved.step_up("missing-scope", PERSON)),
    bound(scope="profile"),
    **MOVING,
)

# The order: the token before its proof, the proof before the client.
EXPIRED = answers.invalid("expired")
add(
    "order-token",
    "DPOP-4 ORD-1",
    "An expired token without a proof: a proof alone would not help.",
    by_dpop(EXPIRED),
    token=bound(exp=0),
    dpop=call(),
)
add(
    "order-client",
    "DPOP-4 ORD-1",
    "An unknown client without a proof learns nothing about clients.",
    by_dpop(answers.invalid("no-proof", ExpectedCaller("stranger", keycloak.PERSON)), "invalid_dpop_proof"),
    token=bound(acme.person(azp="stranger")),
    dpop=call(),
)
at_test = acme.at_test_environment(acme.program(), ROBOT.client)
elsewhere = bound(at_test)
add(
    "no-access",
    "DPOP-8",
    "A client without access to the resource.",
    by_dpop(test_answers.no_access(ROBOT)),
    token=elsewhere,
    dpop=call(proof(elsewhere, htu=TEST)),
    address=TEST,
    settings="keycloak-dpop",
)
theme.add(
    "order-access",
    "DPOP-3 ORD-1",
    "A client must bind its tokens before its access counts.",
    acme.token(at_test),
    by_dpop(test_answers.invalid("unbound-token", ROBOT)),
    address=TEST,
)
theme.add(
    "bearer-refused",
    "DPOP-8",
    "Another fault of a Bearer token: the same scheme is offered again.",
    acme.token(acme.program(exp=0)),
    EXPIRED,
)
theme.add(
    "bearer-refused-required",
    "DPOP-8",
    "Where all clients need bound tokens, DPoP is offered.",
    acme.token(acme.person(exp=0)),
    by_dpop(EXPIRED),
    settings=ALL_BOUND,
)
theme.add("basic", "REQ-2", "A third scheme.", None, both, authorization=["Basic YTpi"])
add(
    "order-kind",
    "DPOP-4 ORD-1",
    "A bound ID token without a proof.",
    by_dpop(answers.invalid("not-an-access-token", acme.CALLER_OF_UNKNOWN_KIND)),
    token=bound(keycloak.id_token(acme.AUTHORITY, acme.DESKTOP, aud=PRODUCTION), typ="ID"),
    dpop=call(),
)
