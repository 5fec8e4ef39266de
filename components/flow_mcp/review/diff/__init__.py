"""The effects of a change of a tenant on access, for its reviewers."""

from __future__ import annotations

from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.compare import compare
from flow_mcp.review.diff.document import digest
from flow_mcp.review.diff.tenant_diff import Operation, TenantDiff, Unknown

__all__ = ["Change", "Operation", "Risk", "TenantDiff", "Unknown", "compare", "digest"]
