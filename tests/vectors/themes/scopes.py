"""Scopes and app roles."""

from __future__ import annotations

from tests.vectors import generic
from tests.vectors.acme import GOOD
from tests.vectors.acme import PERSON as ACME_PERSON
from tests.vectors.acme import PRODUCTION as ACME_PRODUCTION
from tests.vectors.acme import answers as at_acme
from tests.vectors.acme import person as acme_person
from tests.vectors.acme import token as acme_token
from tests.vectors.book import ExpectedAnswers, Theme
from tests.vectors.signing import GONE
from tests.vectors.themes import entra

theme = Theme(
    "scopes", "Scopes and app roles that a token must carry.", "generic", "generic", generic.PRODUCTION
)
PERSON, PROGRAM, answers = generic.PERSON, generic.PROGRAM, generic.answers
ENTRA = {"keys": "entra", "address": entra.PRODUCTION}
TWO_ROLES = ENTRA | {"settings": "entra-two-roles"}


def person(name: str, requirement: str, description: str, scope: object, missing: bool = True) -> None:
    """Add a vector with a person's token with these scopes."""
    decision = answers.step_up("missing-scope", PERSON) if missing else answers.allowed(PERSON)
    theme.add(name, requirement, description, generic.token(generic.person(scope=scope)), decision)


person("all", "SCP-1", "All scopes are there.", "flow.production flow.run", missing=False)
person("more", "SCP-1", "And others.", "openid flow.run flow.production email", missing=False)
person("first-alone", "SCP-1 SCP-4", "The first alone: the challenge names both.", "flow.production")
person("second-alone", "SCP-1 SCP-4", "The second alone: the challenge names both.", "flow.run")
person("none", "SCP-1 SCP-4", "No scope claim.", GONE)
person("empty", "SCP-1", "An empty scope claim.", "")
person("letters", "SCP-1", "Scopes have case.", "Flow.Production Flow.Run")
person("within", "SCP-1", "A scope that only contains ours.", "flow.production.all flow.run")
person("list", "SCP-3", "Scopes in a list.", ["flow.run", "flow.production"], missing=False)
person("spaces", "SCP-3", "Spaces to spare.", " flow.run  flow.production ", missing=False)
person("tab", "SCP-3", "Nothing but a space separates.", "flow.run\tflow.production")
for name, value in (("number", 7), ("null", None), ("object", {"flow.run": 1}), ("lists", [["flow.run"]])):
    theme.add(
        f"malformed-{name}",
        "SCP-3",
        "Scopes are a string or a list of strings.",
        generic.token(generic.person(scope=value)),
        answers.invalid("malformed-claim", PERSON),
    )
theme.add(
    "program-needs-scopes",
    "SCP-1",
    "A program needs scopes where the resource has no app roles.",
    generic.token(generic.program(scope="flow.run", roles=["flow.production"])),
    answers.step_up("missing-scope", PROGRAM),
)
theme.add(
    "second-audience",
    "AUD-2",
    "One of several audiences of the resource is enough.",
    generic.token(generic.program(aud="flow-test", scope="flow.test")),
    ExpectedAnswers(generic.TEST, answers.authority, "flow.test").allowed(PROGRAM),
    address=generic.TEST,
)

theme.add(
    "roles-all",
    "SCP-2",
    "A program with all roles.",
    entra.token(entra.program(roles=["mcp.run", "mcp.program"])),
    entra.answers.allowed(entra.PROGRAM, entra.END),
    **TWO_ROLES,
)
theme.add(
    "roles-one",
    "SCP-2",
    "A program with one role of two.",
    entra.token(entra.program(roles=["mcp.program"])),
    entra.answers.step_up("missing-role", entra.PROGRAM),
    **TWO_ROLES,
)
theme.add(
    "roles-string",
    "SCP-3",
    "Roles are no string.",
    entra.token(entra.program(roles="mcp.program")),
    entra.answers.invalid("malformed-claim", entra.PROGRAM),
    settings="entra",
    **ENTRA,
)
theme.add(
    "roles-for-scopes",
    "SCP-2",
    "Roles do not stand in for a person's scopes.",
    entra.token(entra.person(scp="User.Read", roles=["mcp.program", "mcp.access"])),
    entra.answers.step_up("missing-scope", entra.PERSON),
    settings="entra",
    **ENTRA,
)
theme.add(
    "roles-no-claim",
    "SCP-2",
    "Roles that no claim carries are missing.",
    entra.token(entra.program()),
    entra.answers.step_up("missing-role", entra.PROGRAM),
    settings="entra-no-role-claim",
    **ENTRA,
)

OTHER_LETTERS = ExpectedAnswers(ACME_PRODUCTION, at_acme.authority, 'a\\"b\\\\c sm%C3%B8r x%0D%0Ay')
KEYCLOAK = {"settings": "keycloak-other-letters", "keys": "keycloak", "address": ACME_PRODUCTION}
theme.add(
    "quoted",
    "CHL-1",
    "Scopes are quoted in the challenge, line breaks escaped.",
    None,
    OTHER_LETTERS.no_token(),
    **KEYCLOAK,
)
theme.add(
    "quoted-allowed",
    "CHL-1",
    "What is advertised is not what tokens carry.",
    GOOD,
    at_acme.allowed(ACME_PERSON),
    **KEYCLOAK,
)
theme.add(
    "quoted-step-up",
    "CHL-1 SCP-4",
    "A step-up names them likewise.",
    acme_token(acme_person(scope='a"b')),
    OTHER_LETTERS.step_up("missing-scope", ACME_PERSON),
    **KEYCLOAK,
)
