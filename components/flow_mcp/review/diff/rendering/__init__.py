"""A diff for people and other programs: terminal, Markdown, SARIF."""
