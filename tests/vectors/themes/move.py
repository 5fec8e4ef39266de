"""A tenant during a move to another authorization server."""

from __future__ import annotations

from tests.vectors import acme, generic
from tests.vectors.acme import PRODUCTION, TEST
from tests.vectors.book import ExpectedAnswers, Theme
from tests.vectors.keys import KID
from tests.vectors.signing import signed
from tests.vectors.themes.clients import DYNAMIC

theme = Theme(
    "move",
    "A tenant on its way from Keycloak to another server: production accepts both, test has not moved.",
    "moving",
    "moving",
    PRODUCTION,
)
add, expecting = theme.add, theme.expecting

OLD = ExpectedAnswers(PRODUCTION, acme.AUTHORITY, acme.PRODUCTION_SCOPE, asked=generic.SCOPES)
NEW = ExpectedAnswers(PRODUCTION, generic.answers.authority, generic.SCOPES)

NEW_CLAIMS = generic.program(aud=generic.PRODUCTION)


def new_token(kid: str = "RS256", key: str = "other", **claims: object) -> str:
    """Return a token of the new server."""
    return signed(NEW_CLAIMS | claims, {"alg": "RS256", "typ": "at+jwt", "kid": kid}, key)


add("no-token", "MOV-1", "Whoever has no token is sent to the new server.", None, NEW.no_token())
add("old", "MOV-1", "The old server's tokens are still good.", acme.GOOD, OLD.allowed(acme.PERSON))
add("new", "MOV-1", "The new server's tokens are good already.", new_token(), NEW.allowed(generic.PROGRAM))
add(
    "old-step-up",
    "MOV-1 SCP-4",
    "A step-up goes to the token's own server.",
    acme.token(acme.person(scope="")),
    OLD.step_up("missing-scope", acme.PERSON),
)
new_step_up = expecting("MOV-1 SCP-4", NEW.step_up("missing-scope", generic.PROGRAM))
new_step_up("new-step-up", "The same at the new server.", new_token(scope="flow.run"))
add(
    "old-expired",
    "MOV-1",
    "Who needs a new token anyway gets it at the new server.",
    acme.token(acme.person(exp=0)),
    OLD.invalid("expired"),
)
by_old, named, by_new = (
    new_token(KID, "issuer"),
    new_token(key="issuer"),
    acme.token(key="other", kid="RS256"),
)
unknown_key, bad_signature = NEW.invalid("unknown-key"), NEW.invalid("bad-signature")
add("new-by-old-key", "ISS-4", "The old server's key does not speak for the new one.", by_old, unknown_key)
add("new-by-old-key-named", "ISS-4", "Nor under the new key's name.", named, bad_signature)
add("old-by-new-key", "ISS-4", "Nor the new one's for the old.", by_new, OLD.invalid("unknown-key"))
add(
    "clients-apart",
    "ISS-4 CLI-1",
    "A client of the old server is none of the new one's.",
    new_token(client_id=acme.AGENT),
    NEW.invalid("unregistered-client", generic.PROGRAM._replace(client=acme.AGENT)),
)
add(
    "audiences-apart",
    "ISS-4 AUD-2",
    "The old server's audience is none of the new one's.",
    new_token(aud=PRODUCTION),
    NEW.invalid("wrong-audience", generic.PROGRAM),
)
old_scope = new_token(scope=acme.PRODUCTION_SCOPE)
new_step_up("scopes-apart", "The old server's scope is none of the new one's.", old_scope)
add(
    "registration-apart",
    "ISS-4 CLI-1",
    "A client registers itself at the server that issued the token, not at the other one.",
    signed(
        generic.person(client_id=DYNAMIC) | {"aud": generic.PRODUCTION},
        {"alg": "RS256", "typ": "at+jwt", "kid": "RS256"},
        "other",
    ),
    NEW.invalid("unregistered-client", generic.PERSON._replace(client=DYNAMIC)),
)
add(
    "not-moved",
    "ISS-1 MOV-1",
    "A resource that has not moved does not know the new server.",
    new_token(),
    acme.test_answers.unknown_server("unknown-issuer"),
    address=TEST,
)
