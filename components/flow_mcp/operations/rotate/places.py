"""The places to which a client's new secret is handed over."""

from __future__ import annotations

from collections.abc import Callable

from flow_mcp.operations.rotate.credential import Credential
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.operations.rotate.targets import file, kubernetes, vault

Deliver = Callable[[str, Credential], bool]
"""Writes a credential to a place. Returns whether the place changed."""

FORMS = {
    "file": ("file:PATH", file.deliver),
    "kubernetes": ("kubernetes:NAMESPACE/NAME", kubernetes.deliver),
    "vault": ("vault:MOUNT/PATH", vault.deliver),
}


def target(place: str) -> Callable[[Credential], bool]:
    """Return the function that delivers a credential to a place such as `file:agent.json`.

    Raises:
        RotateError: the place has none of the forms.
    """
    kind, _, address = place.partition(":")
    if kind not in FORMS or not address:
        raise RotateError(
            f"--to {place!r} has an unknown form. Use {', '.join(form for form, _ in FORMS.values())}."
        )
    deliver: Deliver = FORMS[kind][1]
    return lambda credential: deliver(address, credential)
