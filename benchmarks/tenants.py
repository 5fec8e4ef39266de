"""Create a project with many tenants of all kinds of authorization server."""

from __future__ import annotations

from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[1]

# Parts of the samples that must be unique; the sample's name in them gets the number of the tenant.
_OWN = {
    "acme": ("name: acme",),
    "contoso": (),
    "fabrikam": (),
    "globex": ("name: globex",),
    "initech": ("initech.eu.auth0.com", "login.initech.example"),
    "northwind": (),
    "stark": (),
    "umbrella": (),
}


def project(directory: Path, tenants: int) -> Path:
    """Write a project whose tenants are copies of the samples, each with its own ID and server."""
    (directory / "stacks").mkdir()
    (directory / "Pulumi.yaml").write_bytes((REPOSITORY / "Pulumi.yaml").read_bytes())
    (directory / "policies").symlink_to(REPOSITORY / "policies")
    samples = {name: (REPOSITORY / "stacks" / f"Pulumi.{name}.yaml").read_text("utf-8") for name in _OWN}
    names = sorted(samples)
    for number in range(tenants):
        sample = names[number % len(names)]
        tenant = f"{sample}-{number:04}"
        text = samples[sample].replace(f"id: {sample}", f"id: {tenant}", 1)
        for own in _OWN[sample]:
            text = text.replace(own, own.replace(sample, tenant))
        (directory / "stacks" / f"Pulumi.{tenant}.yaml").write_text(text, "utf-8")
    if yaml.safe_load(text)["config"]["flow-mcp:tenant"]["id"] != tenant:
        raise RuntimeError(f"the sample {sample} does not begin with its ID")
    return directory
