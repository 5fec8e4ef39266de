"""Sample evidence of a tenant, and keys to sign it with."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.diff import Change, Operation, Risk, TenantDiff, Unknown
from flow_mcp.review.diff.document import document, finding
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.evidence.statement import Declared, Predicate, Statement, TenantEvidence
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.settings import SettingsEnvelope
from tests.unit.runtime import acme

FILE = b"config: {}\n"
SETTINGS = SettingsEnvelope.of(acme.settings(), 7)

WAIVED = RuleResult(
    rule_id="FLOWMCP-016",
    severity="high",
    level="mandatory",
    kind="violation",
    path=("clients", "agent", "access", 0),
    urn="",
    problem="grants access to every workspace of the tenant",
    remedy="Name those that it needs.",
    waiver=Waiver(reason="until the split", accepted_by="security", expires="2027-01-31"),
)
OUTCOME = Outcome(
    diffs=(
        TenantDiff(
            stack="acme",
            source="preview",
            changes=(
                Change(
                    kind="client-gains-access",
                    subject="agent",
                    path=("clients", "agent", "access"),
                    risk=Risk.MEDIUM,
                    text="The client agent gains access to 456/test",
                    before=None,
                    after=["456/test", None],
                ),
            ),
            operations=(Operation(op="update", urn="urn:pulumi:acme::flow-mcp::x::y", type="x", inputs="0"),),
            unknowns=(Unknown("agent", "its client ID is still to be assigned", blocks=False),),
        ),
    ),
    source="preview",
    as_of=date(2026, 11, 24),
)


def evidence(**changes: object) -> TenantEvidence:
    values = {
        "tenant": "acme",
        "stack": "acme",
        "declaration": Declared(
            instance={"server": "https://app.profitbase.biz/flow"}, tenant={"id": "acme"}
        ),
        "findings": (finding(WAIVED),),
        "settings": SETTINGS,
    }
    return TenantEvidence.model_validate(values | changes)


def predicate(**changes: object) -> Predicate:
    values = {
        "as_of": "2026-11-25",
        "tools": {"flow-mcp": "0.1.0"},
        "policies": {"FLOWMCP-001": "mandatory", "FLOWMCP-016": "mandatory"},
        "diff": document(OUTCOME),
        "tenants": (evidence(),),
    }
    return Predicate.model_validate(values | changes)


def statement() -> Statement:
    return Statement.of(predicate(), {"acme": FILE})


@cache
def private_key(kind: str) -> PrivateKeyTypes:
    """Return the key of a kind, the same at each call: `ed25519`, `other`, `p256`, `rsa` and so on."""
    match kind:
        case "ed25519":
            return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        case "other":
            return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
        case "p256" | "p384" | "p521":
            curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
            return ec.generate_private_key(curves[kind])
        case "secp256k1":
            return ec.generate_private_key(ec.SECP256K1())
        case "x25519":
            return x25519.X25519PrivateKey.generate()
        case "dsa":
            return dsa.generate_private_key(2048)
        case "small-rsa":
            return rsa.generate_private_key(65537, 1024)
        case _:
            return rsa.generate_private_key(65537, 2048)


def write_keys(directory: Path, kind: str = "ed25519", passphrase: str = "") -> tuple[Path, Path]:
    """Write a private and a public key in PEM, and return their paths."""
    key = private_key(kind)
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        encryption = BestAvailableEncryption(passphrase.encode())
    private, public = directory / f"{kind}.pem", directory / f"{kind}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public
