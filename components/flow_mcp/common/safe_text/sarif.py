"""Escape text for a SARIF message."""

from __future__ import annotations

import re

from flow_mcp.common.safe_text.plain import LIMIT, plain


def sarif(text: str, limit: int = LIMIT) -> str:
    r"""Return the text escaped for `message.text`, where `[a](b)` is a link and `{0}` a placeholder.

    SARIF 2.1.0 escapes a bracket as `\[` (3.11.6) and a brace by doubling it (3.11.5).
    """
    escaped = re.sub(r"[\\\[\]]", r"\\\g<0>", plain(text, limit))
    return escaped.replace("{", "{{").replace("}", "}}")
