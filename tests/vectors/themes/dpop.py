"""Tokens that are bound to a key, and the clients that must bind them."""

from __future__ import annotations

from typing import Any

from tests.issuers import keycloak
from tests.vectors import acme, generic
from tests.vectors.acme import PERSON, PRODUCTION, PRODUCTION_SCOPE, TEST, answers, test_answers
from tests.vectors.book import Expected, ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.bound import BOUND, JKT, ROBOT, bound, by_dpop, call, offering_both, proof
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


ALLOWED = answers.allowed(PERSON)

add("person", "DPOP-1", "A bound token with a proof.", ALLOWED)
robot = bound(acme.program(azp=ROBOT.client, client_id=ROBOT.client))
add("program", "DPOP-1", "A program.", answers.allowed(ROBOT), token=robot, dpop=call(proof(robot)))
agent = bound(acme.program())
add(
    "unasked",
    "DPOP-1",
    "A client that need not bind its tokens may do so.",
    answers.allowed(acme.PROGRAM),
    token=agent,
    dpop=call(proof(agent)),
)
theme.add(
    "other-client",
    "DPOP-1",
    "A client that need not bind its tokens presents one as Bearer.",
    acme.token(acme.program()),
    answers.allowed(acme.PROGRAM),
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
    by_dpop(answers.invalid("bound-token")),
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
theme.add(
    "no-token", "DPOP-8", "No token: both schemes are offered.", None, offering_both(answers.no_token())
)
theme.add(
    "no-token-required",
    "DPOP-8",
    "No token where all clients need bound tokens: DPoP is offered.",
    None,
    by_dpop(answers.no_token()),
    settings="keycloak-dpop-only",
)
theme.add("bearer", "DPOP-2", "As Bearer.", BOUND, by_dpop(answers.invalid("bound-token")))
theme.add(
    "certificate",
    "DPOP-3",
    "Bound to a certificate: refused here too.",
    bound(cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
    answers.invalid("certificate-bound-token"),
)
add(
    "certificate-and-key",
    "DPOP-3",
    "Bound to a certificate and to a key.",
    by_dpop(answers.invalid("certificate-bound-token")),
    token=bound(cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2", "jkt": JKT}),
)
for name, confirmation in (("empty", {}), ("null", None), ("text", "jkt"), ("number", {"jkt": 1})):
    add(
        f"cnf-{name}",
        "DPOP-3",
        "Bound to nothing that a proof could show.",
        by_dpop(answers.invalid("malformed-claim")),
        token=bound(cnf=confirmation),
    )
unbound = acme.token()
add(
    "unbound",
    "DPOP-3",
    "An unbound token with the scheme DPoP.",
    by_dpop(answers.invalid("unbound-token")),
    token=unbound,
    dpop=call(proof(unbound)),
)
theme.add(
    "required",
    "DPOP-3",
    "An unbound token of a client that needs bound ones.",
    unbound,
    by_dpop(answers.invalid("unbound-token", PERSON)),
)
for name, client in (
    ("dynamic", "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05"),
    ("document", "https://claude.ai/oauth/claude-code-client-metadata"),
):
    claims = acme.at_test_environment(acme.person(), client)
    caller = PERSON._replace(client=client)
    theme.add(
        f"{name}-required",
        "DPOP-3",
        "The same for a registration method.",
        acme.token(claims),
        by_dpop(test_answers.invalid("unbound-token", caller)),
        settings="keycloak-dpop-only",
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
        settings="keycloak-dpop-only",
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
add(
    "moving",
    "DPOP-1 MOV-1",
    "During a move, the server that issued the token has DPoP.",
    moved.allowed(PERSON),
    settings="moving-dpop",
    keys="moving",
)
theme.add(
    "moving-no-token",
    "DPOP-8 MOV-1",
    "The challenge is that of the preferred server, which has none.",
    None,
    moved.no_token(),
    settings="moving-dpop",
    keys="moving",
)
new_bound = new_token(cnf={"jkt": JKT})
add(
    "moving-other-server",
    "DPOP-2 MOV-1",
    "A bound token of the server without DPoP.",
    NEW.invalid("bound-token"),
    token=new_bound,
    dpop=call(proof(new_bound)),
    settings="moving-dpop",
    keys="moving",
)
scopeless = bound(scope="profile")
add(
    "moving-step-up",
    "DPOP-8 MOV-1",
    "A step-up names the algorithms of the token's own server.",
    by_dpop(moved.step_up("missing-scope", PERSON)),
    token=scopeless,
    dpop=call(proof(scopeless)),
    settings="moving-dpop",
    keys="moving",
)

# The order: the token before its proof, the proof before the client.
expired = bound(exp=0)
add(
    "order-token",
    "DPOP-4 ORD-1",
    "An expired token without a proof: a proof alone would not help.",
    by_dpop(answers.invalid("expired")),
    token=expired,
    dpop=call(),
)
stranger = bound(acme.person(azp="stranger"))
add(
    "order-client",
    "DPOP-4 ORD-1",
    "An unknown client without a proof learns nothing about clients.",
    by_dpop(answers.invalid("no-proof", ExpectedCaller("stranger", keycloak.PERSON)), "invalid_dpop_proof"),
    token=stranger,
    dpop=call(),
)
elsewhere = bound(acme.at_test_environment(acme.program(), ROBOT.client))
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
    acme.token(acme.at_test_environment(acme.program(), ROBOT.client)),
    by_dpop(test_answers.invalid("unbound-token", ROBOT)),
    address=TEST,
)
theme.add(
    "bearer-refused",
    "DPOP-8",
    "Another fault of a Bearer token: the same scheme is offered again.",
    acme.token(acme.program(exp=0)),
    answers.invalid("expired"),
)
theme.add(
    "bearer-refused-required",
    "DPOP-8",
    "Where all clients need bound tokens, DPoP is offered.",
    acme.token(acme.person(exp=0)),
    by_dpop(answers.invalid("expired")),
    settings="keycloak-dpop-only",
)
theme.add(
    "basic",
    "REQ-2",
    "A third scheme.",
    None,
    offering_both(answers.no_token()),
    authorization=["Basic YTpi"],
)
id_token = bound(keycloak.id_token(acme.AUTHORITY, acme.DESKTOP, aud=PRODUCTION), typ="ID")
add(
    "order-kind",
    "DPOP-4 ORD-1",
    "A bound ID token without a proof.",
    by_dpop(answers.invalid("not-an-access-token", acme.CALLER_OF_UNKNOWN_KIND)),
    token=id_token,
    dpop=call(),
)
