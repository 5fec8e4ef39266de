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
add, expecting = theme.add, theme.expecting
FIRST, SECOND, THIRD = GOOD.split(".")


def unsigned(**header: object) -> str:
    """Return a token with valid claims and signature and another header."""
    whole = {name: value for name, value in (HEADER | header).items() if value is not GONE}
    return f"{joined(whole, person())}.{THIRD}"


wrong_algorithm = expecting("HDR-1", answers.invalid("wrong-algorithm"))
unprotected = joined(HEADER | {"alg": "none"}, person()) + "."
hs256 = with_public_key_as_secret(person(), HEADER | {"alg": "HS256"}, "issuer")
wrong_algorithm("none", "alg none without a signature.", unprotected)
wrong_algorithm("none-signed", "alg none with a signature.", unsigned(alg="none"))
wrong_algorithm("none-letters", "alg none in other letters.", unsigned(alg="nOnE"))
wrong_algorithm("no-alg", "No alg.", unsigned(alg=GONE))
wrong_algorithm("alg-letters", "alg in other letters.", unsigned(alg="rs256"))
wrong_algorithm("alg-list", "alg a list.", unsigned(alg=["RS256"]))
wrong_algorithm("hs256", "HS256 with the public key as the secret.", hs256)
wrong_algorithm("rs512", "RS512, rightly signed, where RS256 is declared.", token(alg="RS512"))
wrong_algorithm("ps256", "PS256, rightly signed, where RS256 is declared.", token(alg="PS256"))

wrong_type = expecting("HDR-2", answers.invalid("wrong-type"))
wrong_type("no-typ", "No typ.", token(typ=GONE))
wrong_type("typ-list", "typ a list.", token(typ=["JWT"]))
wrong_type("logout-typ", "A logout token by its typ.", token(typ="logout+jwt"))
wrong_type("dpop-typ", "A DPoP proof.", token(typ="dpop+jwt"))
twice = token(typ="application/application/jwt")
in_full = token(typ="Application/AT+JWT")
add("typ-prefix-twice", "HDR-3", "The prefix twice.", twice, answers.invalid("wrong-type"))
add("typ-long", "HDR-3", "typ with its prefix, in other letters.", in_full, answers.allowed(PERSON))

critical_header = expecting("HDR-4", answers.invalid("critical-header"))
critical_header("crit", "crit with a name that is known.", token(crit=["exp"], exp=1))
critical_header("crit-empty", "crit without a name.", token(crit=[]))
critical_header("b64", "b64 without crit.", token(b64=True))
critical_header("unencoded", "An unencoded payload.", token(b64=False, crit=["b64"]))

bad_signature = expecting("SIG-1", answers.invalid("bad-signature"))
admin = f"{joined(HEADER, person(sub='admin'))}.{THIRD}"
bad_signature("other-payload", "Other claims under a good signature.", admin)
bad_signature("no-signature", "No signature.", f"{FIRST}.{SECOND}.")
bad_signature("one-byte", "A signature of one byte.", f"{FIRST}.{SECOND}.AA")
bad_signature("other-header", "Another header under a good signature.", unsigned(typ="at+jwt"))
add(
    "strangers-key",
    "SIG-1 PRV-2",
    "A stranger's key under a known kid.",
    token(key="stranger"),
    answers.invalid("bad-signature"),
)

STRANGER = public_jwk("stranger", "k1")
EVIL = "https://evil.example"
own_key = expecting("KEY-5", answers.invalid("bad-signature"))
own_kid = token(key="stranger", jwk=STRANGER | {"kid": "k9"}, kid="k9")
own_key("jwk", "Brings its own key.", token(key="stranger", jwk=STRANGER))
add("jwk-alone", "KEY-5", "Brings its own key under its own kid.", own_kid, answers.invalid("unknown-key"))
own_key("jku", "Points to its own keys.", token(key="stranger", jku=f"{EVIL}/jwks"))
own_key("x5u", "Points to its own certificate.", token(key="stranger", x5u=f"{EVIL}/cert"))
own_key("x5c", "Brings its own certificate.", token(key="stranger", x5c=["MIIB"]))

unknown_key = expecting("KEY-2", answers.invalid("unknown-key"))
unknown_key("kid-path", "kid a path to an empty file.", token(kid="../../../dev/null"))
unknown_key("kid-injection", "kid an injection.", token(kid="k1' OR '1'='1"))
unknown_key("kid-empty", "kid empty.", token(kid=""))
malformed = expecting("KEY-2", answers.invalid("token-malformed"))
malformed("kid-list", "kid a list.", token(kid=["k1"]))
malformed("kid-null", "kid null.", token(kid=None))

OTHER = "https://id.acme.example/realms/globex"
other_issuer = expecting("ISS-1", answers.unknown_server("unknown-issuer"))
globex = token(person(iss=OTHER), key="other")
port = token(person(iss=AUTHORITY.replace(".example", ".example:443")))
other_issuer("other-tenant", "Another tenant's token, rightly signed by its server.", globex)
other_issuer("issuer-slash", "The issuer with a slash more.", token(person(iss=AUTHORITY + "/")))
letters = token(person(iss=AUTHORITY.replace("id.", "ID.")))
other_issuer("issuer-letters", "The issuer in other letters.", letters)
other_issuer("issuer-port", "The issuer with its port.", port)
no_issuer = expecting("ISS-2", answers.unknown_server("unknown-issuer"))
no_issuer("no-issuer", "No issuer.", token(person(iss=GONE)))
no_issuer("issuer-list", "The issuer in a list.", token(person(iss=[AUTHORITY])))
no_issuer("issuer-null", "The issuer null.", token(person(iss=None)))
no_issuer("issuer-object", "The issuer in an object.", token(person(iss={AUTHORITY: AUTHORITY})))

add(
    "marked",
    "PRV-1 PRV-2",
    "Nothing that a stranger's token says is repeated, neither to the caller nor in the log.",
    signed(keycloak.person(AUTHORITY, "mark", DESKTOP, "mark", sub="mark", azp="mark"), HEADER, "stranger"),
    answers.invalid("bad-signature"),
)
