"""The file in which a rotation is recorded keeps its form."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.operations.rotate.decide import Request, decide
from flow_mcp.operations.rotate.record import record
from tests.unit.declared import tenant
from tests.unit.operations.rotate.rotating import CERTIFICATES, OVERLAP, Rotations, agent, signer


@pytest.mark.parametrize(
    ("client", "certificate"),
    [
        (agent(f"{{issued: '2026-05-01', {OVERLAP}}}"), None),
        (
            agent("\n    # Created in May\n    issued: '2026-05-01'\n    rotateAfter: 90d\n    overlap: 7d"),
            None,
        ),
        (signer(CERTIFICATES[0]), CERTIFICATES[1]),
    ],
)
def test_a_file_with_the_line_ends_of_windows_keeps_them(
    rotations: Rotations, client: str, certificate: str | None
) -> None:
    request = Request(None, date(2026, 11, 30), certificate=certificate)
    contents = []
    for newline in ("\n", "\r\n"):
        rotations.stacks.write(tenant(client))
        file = rotations.stacks.project.stack_file("acme")
        file.write_bytes(file.read_bytes().replace(b"\n", newline.encode()))
        loaded = rotations.stacks.load(file.read_bytes().decode())
        assert record(rotations.stacks.project, loaded, file, decide(loaded.declaration, request))
        contents.append(file.read_bytes().decode())
    assert contents[1] == contents[0].replace("\n", "\r\n")
