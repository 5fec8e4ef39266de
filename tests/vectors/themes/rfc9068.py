"""Tokens of a server that conforms to RFC 9068."""

from __future__ import annotations

from tests.vectors.book import Theme
from tests.vectors.generic import AGENT, PERSON, PRODUCTION, PROGRAM, answers, person, program, token
from tests.vectors.signing import GONE

theme = Theme("rfc9068", "Tokens of any server that keeps to RFC 9068.", "generic", "generic", PRODUCTION)
add = theme.add

add("person", "RFC9068-1 CLM-9", "A person has a session.", token(person()), answers.allowed(PERSON))
add("program", "RFC9068-1 CLM-9", "A program is its own subject.", token(program()), answers.allowed(PROGRAM))
add(
    "long-type",
    "RFC9068-1 HDR-3",
    "The type in full.",
    token(program(), typ="application/at+jwt"),
    answers.allowed(PROGRAM),
)
add(
    "id-token",
    "RFC9068-1 HDR-2",
    "An ID token by its type.",
    token(person(), typ="JWT"),
    answers.invalid("wrong-type"),
)
add(
    "logout-token",
    "RFC9068-1 HDR-2",
    "A logout token by its type.",
    token(person(), typ="logout+jwt"),
    answers.invalid("wrong-type"),
)
add(
    "no-jti",
    "RFC9068-1",
    "A token without jti, which nothing here needs.",
    token(program(jti=GONE)),
    answers.allowed(PROGRAM),
)
add(
    "person-at-program",
    "CLI-2",
    "A person's token of a program's client.",
    token(person(client_id=AGENT)),
    answers.invalid("wrong-grant", PERSON._replace(client=AGENT)),
)
add(
    "dynamic-closed",
    "CLI-1",
    "Nothing is open here.",
    token(person(client_id="dyn-1")),
    answers.invalid("unregistered-client", PERSON._replace(client="dyn-1")),
)
