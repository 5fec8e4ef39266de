"""Make untrusted text safe for each output format, so that it is displayed exactly as it is.

Names and messages come from tenants' files, from servers and from files of unknown origin. They must not
control the output, and their invisible characters must be visible. There is one function for each format;
each returns one line.
"""

from __future__ import annotations

from flow_mcp.common.safe_text.markdown import markdown
from flow_mcp.common.safe_text.plain import plain
from flow_mcp.common.safe_text.sarif import sarif
from flow_mcp.common.safe_text.terminal import terminal

__all__ = ["markdown", "plain", "sarif", "terminal"]
