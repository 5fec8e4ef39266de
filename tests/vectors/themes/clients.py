"""Clients and their access."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.vectors.acme import (
    AGENT,
    DESKTOP,
    PERSON,
    PRODUCTION,
    PROGRAM,
    READER,
    TEST,
    TESTER,
    answers,
    at_test_environment,
    person,
    program,
    test_answers,
    token,
)
from tests.vectors.book import Theme

theme = Theme("clients", "Which clients may call, and where.", "keycloak", "keycloak", TEST)
add = theme.add

CLAUDE = "https://claude.ai/oauth/claude-code-client-metadata"
DYNAMIC = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05"


def as_person(client: str) -> str:
    """Return a valid token for the test environment: a person with this client."""
    return token(at_test_environment(person(), client))


def as_program(client: str) -> str:
    """Return a valid token for the test environment: this client as a program."""
    return token(at_test_environment(program(), client))


def client_allowed(name: str, requirement: str, client: str, description: str, **other: Any) -> None:
    """Add a vector: the client is allowed with a person."""
    add(
        name,
        requirement,
        description,
        as_person(client),
        test_answers.allowed(PERSON._replace(client=client)),
        **other,
    )


def unregistered(name: str, requirement: str, client: str, description: str, **other: Any) -> None:
    """Add a vector: the client is unregistered, although the token is a person's."""
    denied = test_answers.invalid("unregistered-client", PERSON._replace(client=client))
    add(name, requirement, description, as_person(client), denied, **other)


unregistered_closed = partial(unregistered, settings="keycloak-closed")
unregistered_wildcard = partial(unregistered, settings="keycloak-wildcard")
allowed_wildcard = partial(client_allowed, settings="keycloak-wildcard")

closed = "where registration is closed."
unregistered_closed("dynamic-closed", "CLI-1 CLI-4", DYNAMIC, f"A dynamic client {closed}")
unregistered_closed("document-closed", "CLI-1 CLI-4", CLAUDE, f"A metadata document {closed}")
unregistered_wildcard(
    "dynamic-other-way", "CLI-4", DYNAMIC, "A dynamic client where only documents are open."
)
client_allowed("dynamic", "CLI-4 KC-3", DYNAMIC, "A dynamic client where it is open.")
client_allowed("document", "CLI-4 KC-3", CLAUDE, "A metadata document where it is open.")
for name, client in (("dynamic", DYNAMIC), ("document", CLAUDE)):
    add(
        f"{name}-elsewhere",
        "CLI-4 CLI-8",
        "At a resource that the registration does not list.",
        token(person(azp=client)),
        answers.no_access(PERSON._replace(client=client)),
        address=PRODUCTION,
    )
    add(
        f"{name}-program",
        "CLI-5",
        "Without a person nobody enters who registered himself.",
        as_program(client),
        test_answers.invalid("no-person", PROGRAM._replace(client=client)),
    )

add(
    "person-at-program",
    "CLI-2",
    "A person's token of a client for client credentials.",
    as_person(AGENT),
    test_answers.invalid("wrong-grant", PERSON._replace(client=AGENT)),
)
add(
    "program-at-people",
    "CLI-2",
    "A program's token of a client for people.",
    as_program(DESKTOP),
    test_answers.invalid("wrong-grant", PROGRAM._replace(client=DESKTOP)),
)
add(
    "declared-list-holds",
    "CLI-3 CLI-8",
    "A declared program is not given more by an open registration.",
    token(program(azp="legacy-crm", client_id="legacy-crm") | {"aud": TEST}),
    test_answers.no_access(PROGRAM._replace(client="legacy-crm")),
)
add(
    "declared-grant-holds",
    "CLI-3",
    "A declared program does not enter with a person, though dynamic clients would.",
    as_person(TESTER),
    test_answers.invalid("wrong-grant", PERSON._replace(client=TESTER)),
)
add(
    "not-given-own-audience",
    "CLI-8",
    "A client that was not given the resource, with its own environment's token: 403, not another token.",
    as_person(READER),
    answers.no_access(PERSON._replace(client=READER)),
    address=PRODUCTION,
)
add(
    "client-letters",
    "CLI-1",
    "A client ID in other letters is another one.",
    token(person(azp=DESKTOP.upper())),
    answers.invalid("unregistered-client", PERSON._replace(client=DESKTOP.upper())),
    settings="keycloak-closed",
    address=PRODUCTION,
)

client_allowed("domain-port", "CLI-7", "https://claude.ai:8443/client.json", "A port is part of no domain.")
client_allowed("domain-letters", "CLI-7", "https://CLAUDE.ai/client.json", "Domains have no case.")
allowed_wildcard("domain-declared-letters", "CLI-7", CLAUDE, "Declared domains have no case either.")
allowed_wildcard("domain-below", "CLI-7", "https://a.b.trusted.example/c", "Below a wildcard's domain.")
for name, domain, description in (
    ("itself", "trusted.example", "A wildcard's domain itself."),
    ("empty", ".trusted.example", "An empty name below it."),
    ("alike", "eviltrusted.example", "A name that ends alike."),
):
    unregistered_wildcard(f"domain-wildcard-{name}", "CLI-7", f"https://{domain}/c", description)
unregistered("domain-below-exact", "CLI-7", "https://www.claude.ai/c", "Below a domain without wildcard.")
unregistered("domain-longer", "CLI-7", "https://claude.ai.evil.example/c", "A host that begins alike.")
unregistered("domain-dot", "CLI-7", "https://claude.ai./c", "A dot after the host.")
unregistered("domain-in-path", "CLI-6 CLI-7", "https://evil.example/claude.ai", "The domain in the path.")
unregistered("domain-as-user", "CLI-6 CLI-7", "https://claude.ai@evil.example/c", "The domain as a user.")
unregistered(
    "domain-backslash", "CLI-6 CLI-7", "https://evil.example\\@claude.ai/c", "A backslash before the domain."
)
unregistered("document-http", "CLI-6", "http://claude.ai/client.json", "A document by http.")
unregistered("document-no-path", "CLI-6", "https://claude.ai", "A document without a path.")
unregistered("document-fragment", "CLI-6", "https://claude.ai/c#fragment", "A document with a fragment.")
unregistered(
    "document-other-scheme", "CLI-6", "x-app://claude.ai/c", "A URL of another scheme is not dynamic either."
)
unregistered("document-look-alike", "CLI-6", "https://cl\u0430ude.ai/c", "A letter that looks like another.")
