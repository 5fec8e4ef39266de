"""Text for a terminal."""

from __future__ import annotations

from flow_mcp.common.safe_text.plain import LIMIT, plain


def terminal(text: str, limit: int = LIMIT) -> str:
    """The text without anything that a terminal obeys, for `click.echo` and `rich.text.Text`.

    Rich reads `[bold]` and `:smiley:` in a string that it is given to print; it does not in a `Text`.
    """
    return plain(text, limit)
