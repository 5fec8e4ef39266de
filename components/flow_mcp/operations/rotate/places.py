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


def target(given: str) -> Callable[[Credential], bool]:
    """Return the function that delivers a credential to a place such as `file:agent.json`.

    Raises:
        RotateError: the place has none of the forms.
    """
    kind, _, place = given.partition(":")
    if kind not in FORMS or not place:
        raise RotateError(f"{given!r} is not a place. Use {', '.join(form for form, _ in FORMS.values())}.")
    deliver: Deliver = FORMS[kind][1]
    return lambda credential: deliver(place, credential)
