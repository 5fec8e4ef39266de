"""The digest tree of an approval."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flow_mcp.review.diff import digest
from flow_mcp.review.diff.document import tenant_digest
from flow_mcp.review.gate.approval import Approval, ApprovalError, DigestTree
from tests.unit.review.diff import shown


def test_the_tree_has_the_digest_of_each_tenant_and_the_approved_digest_covers_them(tmp_path: Path) -> None:
    tree = DigestTree.of(shown.OUTCOME.diffs)
    assert tree.model_dump() == {
        "version": 1,
        "digest": digest(shown.OUTCOME.diffs),
        "tenants": {
            diff.stack: tenant_digest(diff)
            for diff in sorted(shown.OUTCOME.diffs, key=lambda diff: diff.stack)
        },
    }
    # The digest of one tenant is that of `gate preview` for this tenant alone.
    assert tree.tenants["acme"] == digest([shown.ACME])
    file = tmp_path / "tree.json"
    file.write_text(tree.model_dump_json(), "utf-8")
    assert Approval.with_tree(tree.digest, file) == Approval(tree.digest, tree.tenants)


@pytest.mark.parametrize(
    "change",
    [
        {"tenants": {"acme": f"sha256:{'0' * 64}"}},
        {"tenants": {}},
        {"digest": f"sha256:{'0' * 64}", "tenants": {"evil": f"sha256:{'1' * 64}"}},
    ],
)
def test_a_changed_tree_is_rejected(tmp_path: Path, change: dict[str, object]) -> None:
    tree, file = DigestTree.of(shown.OUTCOME.diffs), tmp_path / "tree.json"
    file.write_text(json.dumps({**tree.model_dump(), **change}), "utf-8")
    with pytest.raises(ApprovalError, match=f"is not the digest tree of {tree.digest}; use the file of the"):
        Approval.with_tree(tree.digest, file)


@pytest.mark.parametrize("content", ["", "[]", '{"digest": "sha256:", "tenants": {"a": 1}}', "\udcff"])
def test_a_file_without_a_tree_is_rejected(tmp_path: Path, content: str) -> None:
    file = tmp_path / "tree.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ApprovalError, match="is not a digest tree; use the file that"):
        Approval.with_tree(f"sha256:{'0' * 64}", file)
