"""Proofs that a client possesses the key of its token (RFC 9449, 4.3), in the order of the checks."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.vectors import acme
from tests.vectors.acme import PERSON, PRODUCTION, TEST, answers
from tests.vectors.book import NOW, Theme
from tests.vectors.bound import BOUND, JKT, JTI, KEY, bound, by_dpop, call, proof
from tests.vectors.signing import GONE, private_jwk, public_jwk

theme = Theme(
    "proofs",
    "Proofs that a client possesses the key of its token.",
    "keycloak-dpop",
    "keycloak",
    PRODUCTION,
)
ALLOWED = answers.allowed(PERSON)


def allowed(name: str, requirement: str, description: str, dpop: dict[str, Any], **other: Any) -> None:
    """Add a vector whose proof is accepted."""
    theme.add(name, requirement, description, BOUND, ALLOWED, dpop=dpop, **other)


def refused(
    name: str,
    requirement: str,
    description: str,
    reason: str,
    dpop: dict[str, Any],
    error: str = "invalid_dpop_proof",
    **other: Any,
) -> None:
    """Add a vector whose proof is refused."""
    decision = by_dpop(answers.invalid(reason, acme.CALLER_OF_UNKNOWN_KIND), error)
    theme.add(name, requirement, description, BOUND, decision, dpop=dpop, **other)


agent = bound(acme.program())
refused("no-proof", "DPOP-4", "No DPoP header.", "no-proof", call())
refused("two-proofs", "DPOP-4", "Two proofs.", "no-proof", call(proof(), proof(jti="another")))
for name, text in (
    ("empty", ""),
    ("opaque", "proof"),
    ("padded", f"{proof()}="),
    ("joined", f"{proof()}, {proof(jti='another')}"),
):
    refused(name, "DPOP-5", "Not one JWT.", "proof-malformed", call(text))
for name, header in (
    ("typ-missing", {"typ": GONE}),
    ("typ-jwt", {"typ": "JWT"}),
    ("crit", {"crit": ["exp"]}),
    ("b64", {"b64": True}),
    ("jwk-missing", {"jwk": GONE}),
    ("jwk-text", {"jwk": "p256"}),
    ("jwk-private", {"jwk": private_jwk("p256", "k")}),
    ("jwk-encryption", {"jwk": {**KEY, "use": "enc"}}),
):
    refused(name, "DPOP-5", "Its header.", "proof-malformed", call(proof(header=header)))
symmetric = proof(header={"jwk": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}})
refused("symmetric", "DPOP-5", "A symmetric key.", "proof-malformed", call(symmetric))
rs384 = proof(key="other", header={"alg": "RS384", "jwk": public_jwk("other", "k")})
refused("algorithm", "DPOP-5", "An algorithm that is not in the settings.", "proof-malformed", call(rs384))
for name, value in (("missing", GONE), ("empty", ""), ("number", 1)):
    refused(f"jti-{name}", "DPOP-5", "Its jti.", "proof-malformed", call(proof(jti=value)))
for name, value in (("missing", GONE), ("text", str(NOW)), ("true", True)):
    refused(f"iat-{name}", "DPOP-5", "Its iat.", "proof-malformed", call(proof(iat=value)))
refused("signature", "DPOP-5", "Signed by another key.", "proof-bad-signature", call(proof(key="ed25519")))
curve = proof(header={"alg": "ES384", "jwk": KEY})
refused("other-curve", "DPOP-5", "Its key is not for its algorithm.", "proof-bad-signature", call(curve))
refused(
    "key",
    "DPOP-6",
    "A valid proof of another key.",
    "proof-wrong-key",
    call(proof(key="p384", header={"alg": "ES384", "jwk": public_jwk("p384", "k")})),
    error="invalid_token",
)
refused("htm", "DPOP-6", "Another method.", "proof-wrong-request", call(proof(), method="GET"))
refused("htm-case", "DPOP-6", "Methods have a case.", "proof-wrong-request", call(proof(htm="post")))
refused("htm-missing", "DPOP-6", "No method.", "proof-wrong-request", call(proof(htm=GONE)))
allowed("get", "DPOP-6", "Its method is that of the call.", call(proof(htm="GET"), method="GET"))
for name, value in (
    ("other", TEST),
    ("below", f"{PRODUCTION}/messages"),
    ("slash", f"{PRODUCTION}/"),
    ("scheme", PRODUCTION.replace("https", "http")),
    ("port", PRODUCTION.replace(".biz/", ".biz:8443/")),
    ("http-port", PRODUCTION.replace(".biz/", ".biz:80/")),
    ("path-case", PRODUCTION.replace("tenants", "Tenants")),
    ("relative", PRODUCTION.removeprefix("https://app.profitbase.biz")),
    ("missing", GONE),
    ("list", [PRODUCTION]),
):
    refused(f"htu-{name}", "DPOP-6", "Another address.", "proof-wrong-request", call(proof(htu=value)))
for name, value in (
    ("query", f"{PRODUCTION}?a=1"),
    ("fragment", f"{PRODUCTION}#a"),
    ("case", PRODUCTION.replace("https://app", "HTTPS://APP")),
    ("default-port", PRODUCTION.replace(".biz/", ".biz:443/")),
):
    allowed(f"htu-{name}", "DPOP-6", "The same address.", call(proof(htu=value)))
below = f"{PRODUCTION}/messages"
allowed(
    "htu-of-the-call",
    "DPOP-6",
    "The address is that of the call and not of the resource.",
    call(proof(htu=below)),
    address=below,
)
refused("ath", "DPOP-6", "A proof for another token.", "proof-wrong-token", call(proof(agent)))
refused("ath-missing", "DPOP-6", "No token.", "proof-wrong-token", call(proof(ath=GONE)))
refused(
    "iat-old", "DPOP-7", "A second too old, skew included.", "proof-wrong-time", call(proof(iat=NOW - 121))
)
refused("iat-future", "DPOP-7", "A second beyond the skew.", "proof-wrong-time", call(proof(iat=NOW + 61)))
for name, value in (("oldest", NOW - 120), ("newest", NOW + 60), ("fraction", NOW - 0.5)):
    allowed(f"iat-{name}", "DPOP-7", "Within the window.", call(proof(iat=value)))
NONCES = ["n-2", "n-1"]
USED = [{"jkt": JKT, "jti": JTI}]
no_nonce = partial(refused, reason="proof-wrong-nonce", error="use_dpop_nonce")
no_nonce("nonce-missing", "DPOP-7", "The runtime requires a nonce.", dpop=call(proof(), nonces=NONCES))
no_nonce(
    "nonce-old",
    "DPOP-7",
    "A nonce that is no longer accepted.",
    dpop=call(proof(nonce="n-0"), nonces=NONCES),
)
allowed("nonce", "DPOP-7", "An accepted nonce.", call(proof(nonce="n-1"), nonces=NONCES))
allowed("nonce-unasked", "DPOP-7", "A nonce that nobody requires.", call(proof(nonce="n-9")))
replay = call(proof(), usedProofs=USED)
refused("replay", "DPOP-7", "A proof that another call used.", "proof-replayed", replay)
allowed(
    "jti-of-another-key",
    "DPOP-7",
    "The same jti of another key, and another jti of this key.",
    call(proof(), usedProofs=[{"jkt": "another", "jti": JTI}, {"jkt": JKT, "jti": "another"}]),
)

refused(
    "order-request",
    "DPOP-6 ORD-1",
    "A proof for another request and another token.",
    "proof-wrong-request",
    call(proof(agent, htm="GET")),
)
refused(
    "order-time",
    "DPOP-7 ORD-1",
    "An old proof without a nonce: the nonce alone would not help.",
    "proof-wrong-time",
    call(proof(iat=NOW - 121), nonces=NONCES),
)
refused(
    "order-signature",
    "DPOP-5 ORD-1",
    "Another key, which did not sign the proof.",
    "proof-bad-signature",
    call(proof(header={"alg": "ES384", "jwk": public_jwk("p384", "k")})),
)
no_nonce(
    "order-nonce",
    "DPOP-7 ORD-1",
    "A used proof without a nonce: a new proof needs the nonce.",
    dpop=call(proof(), usedProofs=USED, nonces=NONCES),
)
