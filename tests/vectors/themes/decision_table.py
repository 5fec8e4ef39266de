"""One vector for each row of the decision table."""

from __future__ import annotations

from tests.vectors.acme import (
    AGENT,
    GOOD,
    PERSON,
    PRODUCTION,
    PROGRAM,
    TESTER,
    answers,
    person,
    program,
    token,
)
from tests.vectors.book import Theme, no_resource

theme = Theme(
    "decision-table", "Every row of the decision table, once and plainly.", "keycloak", "keycloak", PRODUCTION
)
add, expecting = theme.add, theme.expecting

allowed = "CLM-9 CLI-2 KC-1"
add("person", allowed, "A person at a declared client is allowed.", GOOD, answers.allowed(PERSON))
add("program", allowed, "A program is allowed.", token(program()), answers.allowed(PROGRAM))

no_settings = expecting("RES-1", no_resource("no-settings"), settings=None)
no_settings(
    "no-settings", "A tenant without settings answers 401 and points nowhere, whatever the token.", GOOD
)
no_settings("no-settings-no-token", "The same without a token.", None)
STAGING = PRODUCTION.replace("production", "staging")
unknown = expecting("RES-2", no_resource("unknown-resource"), address=STAGING)
unknown("unknown-resource", "An environment that is not declared answers 401 and points nowhere.", GOOD)
unknown("unknown-resource-no-token", "The same without a token.", None)
add(
    "other-tenants-address",
    "RES-2",
    "Another tenant's address is unknown here.",
    GOOD,
    no_resource("unknown-resource"),
    address=PRODUCTION.replace("acme", "globex"),
)
add(
    "no-token",
    "REQ-1",
    "A call without a token is told where the metadata is and which scopes to ask for.",
    None,
    answers.no_token(),
)
add(
    "bad-token",
    "CLM-2 PRV-1",
    "A token that ended is refused with invalid_token.",
    token(person(exp=1_789_999_000)),
    answers.invalid("expired"),
)
add(
    "unregistered",
    "CLI-1",
    "A program that nobody declared is refused with 401, for no token of its own can ever do.",
    token(program(azp="legacy-erp", client_id="legacy-erp")),
    answers.invalid("unregistered-client", PROGRAM._replace(client="legacy-erp")),
    settings="keycloak-closed",
)
add(
    "insufficient-scope",
    "SCP-1 SCP-4",
    "A missing scope answers 403 with all scopes at once.",
    token(person(scope="openid")),
    answers.step_up("missing-scope", PERSON),
)
add(
    "insufficient-role",
    "SCP-1",
    "A program without the scope likewise, where the resource has no app roles.",
    token(program(scope="profile")),
    answers.step_up("missing-scope", PROGRAM),
)
add(
    "not-given",
    "CLI-8",
    "A registered client that was not given this resource gets 403 and nothing to step up with.",
    token(program(azp=TESTER, client_id=TESTER)),
    answers.no_access(PROGRAM._replace(client=TESTER)),
)
add(
    "manual",
    "CLI-2",
    "A client that was registered by hand is allowed where it is listed.",
    token(program(azp="legacy-crm", client_id="legacy-crm")),
    answers.allowed(PROGRAM._replace(client="legacy-crm")),
)
add(
    "wrong-environment",
    "AUD-2",
    "Another environment's token is refused with 401, though the client was given both.",
    token(program(azp=AGENT, aud=PRODUCTION.replace("production", "test"))),
    answers.invalid("wrong-audience", PROGRAM),
)
