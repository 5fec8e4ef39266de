"""What the change of an authorization server's setting means to a reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flow_mcp.declaration.findings import Path

Effect = Literal[
    "identity",
    "administration",
    "creation",
    "ownership",
    "protection",
    "owners",
    "verified-domains",
    "recognition",
    "token-reading",
    "unlimited-when-empty",
]
"""What a setting controls.

identity: which authorization server it is; administration: where or how the stack administers it; creation:
whether the stack creates and owns a part of it; ownership: whether the stack takes over settings that other
applications depend on; protection: whether the stack may delete something; owners, verified-domains: lists
of them; recognition: by which tokens each protected resource is recognized, by its key; token-reading: how
tokens are read; unlimited-when-empty: a limit of a registration method that limits nothing if it has no
entries.
"""


@dataclass(frozen=True)
class SettingChange:
    """What a change of one setting means.

    Attributes:
        path: the setting's path below the tenant, including all keys below it. For a setting of the instance
            the first key is `instance`.
        effect: what the setting controls.
        true: a sentence about the result if the setting becomes true or gets another value.
        false: a sentence about the result if the setting becomes false.
    """

    path: Path
    effect: Effect
    true: str = ""
    false: str = ""
