"""Text of others, made harmless for each medium: what a person reads is what stands there, and no more.

Names and messages come from tenants' files, from servers and from files that a stranger sent. A medium must
not obey them, and what is not seen must be seen. One function a medium; each gives one line.
"""

from __future__ import annotations

from flow_mcp.common.safe_text.markdown import markdown
from flow_mcp.common.safe_text.plain import plain
from flow_mcp.common.safe_text.sarif import sarif
from flow_mcp.common.safe_text.terminal import terminal

__all__ = ["markdown", "plain", "sarif", "terminal"]
