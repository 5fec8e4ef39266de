"""Tenants that changed since a revision; in doubt all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.review.diff.git import GitError
from flow_mcp.review.fleet.changed_files import changed_since
from tests.unit.review.diff.checkout import Checkout

ALL = ("acme", "globex")


@pytest.fixture(params=["", "below"])
def checkout(tmp_path: Path, request: pytest.FixtureRequest) -> Checkout:
    made = Checkout.make(tmp_path, request.param)
    for stack in ALL:
        made.stack(stack).write_text("config: {}\n", "utf-8")
    made.commit()
    return made


def changed(checkout: Checkout, stacks: tuple[str, ...] = ALL) -> tuple[str, ...]:
    return changed_since(Project(checkout.project), "HEAD", stacks)


def test_only_the_tenant_whose_file_changed_is_returned(checkout: Checkout) -> None:
    assert changed(checkout) == ()
    checkout.stack("globex").write_text("config: {a: 1}\n", "utf-8")
    assert changed(checkout) == ("globex",)
    assert changed(checkout, ("acme",)) == ()


def test_an_untracked_file_counts_as_changed(checkout: Checkout) -> None:
    checkout.stack("new").write_text("config: {}\n", "utf-8")
    assert changed(checkout, ("acme", "new")) == ("new",)


def test_a_removed_tenant_changes_no_other(checkout: Checkout) -> None:
    checkout.stack("globex").unlink()
    assert changed(checkout, ("acme",)) == ()


@pytest.mark.parametrize("name", ["Pulumi.yaml", "policies/configuration.json"])
def test_a_changed_shared_file_changes_all_tenants(checkout: Checkout, name: str) -> None:
    file = checkout.project / name
    file.write_text(f"{file.read_text('utf-8')}\n", "utf-8")
    assert changed(checkout) == ALL


@pytest.mark.parametrize(
    "name",
    [
        "stacks/helper.py",
        "stacks/applications.yaml",
        "policies/rules/own.py",
        "plugin/a.py",
        "requirements.txt",
    ],
)
def test_a_new_file_that_git_tracks_changes_all_tenants(checkout: Checkout, name: str) -> None:
    file = checkout.project / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("", "utf-8")
    checkout.git("add", "--all")
    assert changed(checkout) == ALL


def test_an_unknown_revision_is_an_error(checkout: Checkout) -> None:
    with pytest.raises(GitError, match="git found no commit 'nowhere'"):
        changed_since(Project(checkout.project), "nowhere", ALL)
