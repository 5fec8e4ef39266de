"""Render a diff for a terminal, as Markdown and as SARIF."""
