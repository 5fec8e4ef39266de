"""Content of authorization servers that no documentation describes, and proposals that are made from it."""

from __future__ import annotations

import yaml
from hypothesis import strategies as st

from flow_mcp.operations.adopt.document import json_text, proposal_document
from flow_mcp.operations.adopt.proposal import Proposal
from flow_mcp.operations.adopt.tenant_file import tenant_file
from flow_mcp.operations.adopt.text import proposal_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=20), parts, max_size=3),
    max_leaves=6,
)
"""Any value of a JSON document."""


def assert_shown_exactly(proposal: Proposal) -> None:
    """Check that the file has the proposed declaration, and that other outputs have printable characters."""
    text = tenant_file(proposal, "schema.json")
    assert yaml.safe_load(text) == {"config": {"flow-mcp:tenant": proposal.tenant}}
    assert all(line.plain.isprintable() for line in proposal_lines(proposal))
    assert json_text(proposal_document(proposal, "file", written=False)).isascii()
