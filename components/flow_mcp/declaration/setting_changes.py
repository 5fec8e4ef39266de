"""What it means that a setting of an authorization server changes, for those who must approve it."""

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
"""What a setting decides.

identity: which authorization server it is; administration: where or how the stack administers it; creation:
whether the stack makes and owns a part of it; ownership: whether the stack takes over what others live with;
protection: whether something may be destroyed; owners, verified-domains: lists of them; recognition: by which
tokens each protected resource is recognised, by its key; token-reading: how tokens are read;
unlimited-when-empty: a limit of a way that without entries limits nothing.
"""


@dataclass(frozen=True)
class SettingChange:
    """One setting.

    Attributes:
        path: below the tenant; in the instance, `instance` is its first key. All that is below it is meant.
        effect: what it decides.
        true: what is so from then on where it becomes true, or has another value; a sentence.
        false: where it becomes false.
    """

    path: Path
    effect: Effect
    true: str = ""
    false: str = ""
