"""Forged tokens."""

from __future__ import annotations

from tests.issuers import keycloak
from tests.vectors.acme import AUTHORITY, DESKTOP, GOOD, HEADER, PERSON, PRODUCTION, answers, person, token
from tests.vectors.book import Theme
from tests.vectors.signing import GONE, joined, public_jwk, signed, with_public_key_as_secret

theme = Theme(
    "attacks",
    "Tokens that an attacker writes: algorithm, type, extensions and keys of his choice, other issuers.",
    "keycloak",
    "keycloak",
    PRODUCTION,
)
add = theme.add
FIRST, SECOND, THIRD = GOOD.split(".")


def refused(name: str, requirement: str, description: str, text: str, reason: str) -> None:
    """Add a vector: the token is denied with a known server."""
    add(name, requirement, description, text, answers.invalid(reason))


def unsigned(**header: object) -> str:
    """Return a token with valid claims and signature and another header."""
    whole = {name: value for name, value in (HEADER | header).items() if value is not GONE}
    return f"{joined(whole, person())}.{THIRD}"


refused(
    "none",
    "HDR-1",
    "alg none without a signature.",
    joined(HEADER | {"alg": "none"}, person()) + ".",
    "wrong-algorithm",
)
refused("none-signed", "HDR-1", "alg none with a signature.", unsigned(alg="none"), "wrong-algorithm")
refused("none-letters", "HDR-1", "alg none in other letters.", unsigned(alg="nOnE"), "wrong-algorithm")
refused("no-alg", "HDR-1", "No alg.", unsigned(alg=GONE), "wrong-algorithm")
refused("alg-letters", "HDR-1", "alg in other letters.", unsigned(alg="rs256"), "wrong-algorithm")
refused("alg-list", "HDR-1", "alg a list.", unsigned(alg=["RS256"]), "wrong-algorithm")
refused(
    "hs256",
    "HDR-1",
    "HS256 with the public key as the secret.",
    with_public_key_as_secret(person(), HEADER | {"alg": "HS256"}, "issuer"),
    "wrong-algorithm",
)
refused(
    "rs512", "HDR-1", "RS512, rightly signed, where RS256 is declared.", token(alg="RS512"), "wrong-algorithm"
)
refused(
    "ps256", "HDR-1", "PS256, rightly signed, where RS256 is declared.", token(alg="PS256"), "wrong-algorithm"
)

refused("no-typ", "HDR-2", "No typ.", token(typ=GONE), "wrong-type")
refused("typ-list", "HDR-2", "typ a list.", token(typ=["JWT"]), "wrong-type")
refused("logout-typ", "HDR-2", "A logout token by its typ.", token(typ="logout+jwt"), "wrong-type")
refused("dpop-typ", "HDR-2", "A DPoP proof.", token(typ="dpop+jwt"), "wrong-type")
refused(
    "typ-prefix-twice", "HDR-3", "The prefix twice.", token(typ="application/application/jwt"), "wrong-type"
)
add(
    "typ-long",
    "HDR-3",
    "typ with its prefix, in other letters.",
    token(typ="Application/AT+JWT"),
    answers.allowed(PERSON),
)

refused("crit", "HDR-4", "crit with a name that is known.", token(crit=["exp"], exp=1), "critical-header")
refused("crit-empty", "HDR-4", "crit without a name.", token(crit=[]), "critical-header")
refused("b64", "HDR-4", "b64 without crit.", token(b64=True), "critical-header")
refused("unencoded", "HDR-4", "An unencoded payload.", token(b64=False, crit=["b64"]), "critical-header")

refused(
    "other-payload",
    "SIG-1",
    "Other claims under a good signature.",
    f"{joined(HEADER, person(sub='admin'))}.{THIRD}",
    "bad-signature",
)
refused("no-signature", "SIG-1", "No signature.", f"{FIRST}.{SECOND}.", "bad-signature")
refused("one-byte", "SIG-1", "A signature of one byte.", f"{FIRST}.{SECOND}.AA", "bad-signature")
refused(
    "other-header", "SIG-1", "Another header under a good signature.", unsigned(typ="at+jwt"), "bad-signature"
)
refused(
    "strangers-key",
    "SIG-1 PRV-2",
    "A stranger's key under a known kid.",
    token(key="stranger"),
    "bad-signature",
)

STRANGER = public_jwk("stranger", "k1")
refused("jwk", "KEY-5", "Brings its own key.", token(key="stranger", jwk=STRANGER), "bad-signature")
refused(
    "jwk-alone",
    "KEY-5",
    "Brings its own key under its own kid.",
    token(key="stranger", jwk=STRANGER | {"kid": "k9"}, kid="k9"),
    "unknown-key",
)
refused(
    "jku",
    "KEY-5",
    "Points to its own keys.",
    token(key="stranger", jku="https://evil.example/jwks"),
    "bad-signature",
)
refused(
    "x5u",
    "KEY-5",
    "Points to its own certificate.",
    token(key="stranger", x5u="https://evil.example/cert"),
    "bad-signature",
)
refused("x5c", "KEY-5", "Brings its own certificate.", token(key="stranger", x5c=["MIIB"]), "bad-signature")

refused("kid-path", "KEY-2", "kid a path to an empty file.", token(kid="../../../dev/null"), "unknown-key")
refused("kid-injection", "KEY-2", "kid an injection.", token(kid="k1' OR '1'='1"), "unknown-key")
refused("kid-empty", "KEY-2", "kid empty.", token(kid=""), "unknown-key")
refused("kid-list", "KEY-2", "kid a list.", token(kid=["k1"]), "token-malformed")
refused("kid-null", "KEY-2", "kid null.", token(kid=None), "token-malformed")

OTHER = "https://id.acme.example/realms/globex"


def foreign(name: str, requirement: str, description: str, issuer: object, key: str = "issuer") -> None:
    """Add a vector: the resource does not accept the issuer."""
    add(
        name,
        requirement,
        description,
        token(person(iss=issuer), key=key),
        answers.unknown_server("unknown-issuer"),
    )


foreign("other-tenant", "ISS-1", "Another tenant's token, rightly signed by its server.", OTHER, "other")
foreign("issuer-slash", "ISS-1", "The issuer with a slash more.", AUTHORITY + "/")
foreign("issuer-letters", "ISS-1", "The issuer in other letters.", AUTHORITY.replace("id.", "ID."))
foreign("issuer-port", "ISS-1", "The issuer with its port.", AUTHORITY.replace(".example", ".example:443"))
foreign("no-issuer", "ISS-2", "No issuer.", GONE)
foreign("issuer-list", "ISS-2", "The issuer in a list.", [AUTHORITY])
foreign("issuer-null", "ISS-2", "The issuer null.", None)
foreign("issuer-object", "ISS-2", "The issuer in an object.", {AUTHORITY: AUTHORITY})

add(
    "marked",
    "PRV-1 PRV-2",
    "Nothing that a stranger's token says is repeated, neither to the caller nor in the log.",
    signed(keycloak.person(AUTHORITY, "mark", DESKTOP, "mark", sub="mark", azp="mark"), HEADER, "stranger"),
    answers.invalid("bad-signature"),
)
