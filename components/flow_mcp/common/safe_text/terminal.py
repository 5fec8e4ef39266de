"""Make text safe for a terminal."""

from __future__ import annotations

from flow_mcp.common.safe_text.plain import LIMIT, plain


def terminal(text: str, limit: int = LIMIT) -> str:
    """Return the text without control sequences, for `click.echo` and `rich.text.Text`.

    Rich interprets `[bold]` and `:smiley:` in a printed string, but not in a `Text`.
    """
    return plain(text, limit)
