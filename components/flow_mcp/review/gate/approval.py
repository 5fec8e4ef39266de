"""The approval of a change: one digest, and the digest tree with the digest of each tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.review.diff.document import tenant_digest, tree_digest
from flow_mcp.review.diff.tenant_diff import TenantDiff


class ApprovalError(FlowMcpError):
    """The digest tree cannot be used."""

    exit_code = 2


class DigestTree(StrictModel):
    """The file that `gate preview --tree-to` writes and `gate apply --tree` reads.

    Attributes:
        version: the version of this format.
        digest: the digest over the tenants' digests, which an approval names.
        tenants: the digest of each tenant's change, by stack.
    """

    version: Literal[1] = 1
    digest: str
    tenants: dict[str, str]

    @classmethod
    def of(cls, diffs: Iterable[TenantDiff]) -> DigestTree:
        """Return the tree of tenants' changes."""
        tenants = {diff.stack: tenant_digest(diff) for diff in diffs}
        return cls(digest=tree_digest(tenants), tenants=dict(sorted(tenants.items())))


@dataclass(frozen=True)
class Approval:
    """An approval.

    Attributes:
        digest: the approved digest.
        tenants: the digests of the approved tree, by stack; None without a tree. Without it, the change of
            all tenants together must be the approved one.
    """

    digest: str
    tenants: Mapping[str, str] | None = None

    @classmethod
    def with_tree(cls, digest: str, file: Path) -> Approval:
        """Return an approval with the tree in a file. The file needs no protection: the digest covers it.

        Raises:
            ApprovalError: the file is not the tree of the approved digest.
        """
        try:
            tree = DigestTree.model_validate_json(file.read_bytes())
        except ValidationError:
            raise ApprovalError(
                f"{file} is not a digest tree; use the file that `flow-mcp gate preview --tree-to` wrote"
            ) from None
        if tree_digest(tree.tenants) != digest:
            raise ApprovalError(
                f"{file} is not the digest tree of {digest}; use the file of the preview that was approved"
            )
        return cls(digest, tree.tenants)

    def refusal(self, diff: TenantDiff) -> str:
        """Return why the tree does not permit the change of a tenant; empty if it does."""
        tenants, digest = self.tenants or {}, tenant_digest(diff)
        if diff.empty or tenants.get(diff.stack) == digest:
            return ""
        if diff.stack not in tenants:
            return f"the approval does not include this tenant; review `flow-mcp gate preview {diff.stack}`"
        return (
            f"its change is not the approved one: the approved digest is {tenants[diff.stack]}, and the "
            f"digest of the change is {digest}. Review the change with `flow-mcp gate preview {diff.stack}`, "
            "and have it approved again"
        )
