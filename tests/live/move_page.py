"""The declarations of docs/move.md, one for each of its three steps."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.conftest import REPOSITORY

_URL = "https://id.acme.example"


def steps(url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the parts of the tenant's file in the page's three steps.

    Args:
        url: the URL of Keycloak that replaces the one of the page.
    """
    page = (REPOSITORY / "docs" / "move.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    first, second, third = (yaml.safe_load(block.replace(_URL, url)) for block in blocks)
    return first, second, third


def commands() -> set[str]:
    """Return the commands of the page."""
    page = (REPOSITORY / "docs" / "move.md").read_text(encoding="utf-8")
    return {line.strip() for line in page.splitlines() if line.startswith(("    flow-mcp", "    pulumi"))}
