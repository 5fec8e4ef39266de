"""`flow-mcp check` and Pulumi read the same values from a stack's file."""

from __future__ import annotations

import json

import pytest

from flow_mcp.declaration import positions
from flow_mcp.local.scratch_project import PulumiError, ScratchProject

# Common scalars, and scalars that parsers of YAML 1.1, YAML 1.2 and Pulumi read differently.
SCALARS = """
acme 456 -7 0 true false 0456 0o456 0x1F 0b11 1_000 1e3 6e12 12.5 .5 5. +5 -0 1234567890123456 12:30 190:20:30
yes no on off y n True FALSE ~ null Null 2026-11-01 2026-1-1 2026-11-01T10:00:00Z 2026-02-30 = 1.2.3 10.0.0.1
5m 180d 6f1c2d a#b a:b a?b '0456' "1e3" 'yes' "2026-11-01" '~' "<<" 'a''b' "a\\"b" "\\u00e9"
!!str 456
!!int "5"
! 456
!!binary aGk=
&anchor acme
a b
"a\\nb"
'a: b'
[a, b]
{a: b}
{"<<": {a: b}}
{0456: a}
{1e3: a}
{yes: a}
{2026-11-01: a}
{~: a}
{"0456": a}
"""


def _scalars() -> list[str]:
    """Return the scalars: the words of the first three lines, and the other lines as a whole."""
    lines = [line for line in SCALARS.splitlines() if line]
    return [*(word for line in lines[:3] for word in line.split()), *lines[3:]]


def test_scalars_that_check_accepts_are_read_equally_by_pulumi(scratch: ScratchProject) -> None:
    scalars = _scalars()
    text = "config:\n" + "".join(f"  flow-mcp:k{n}:\n    v: {scalar}\n" for n, scalar in enumerate(scalars))
    scratch.pulumi("stack", "init", "acme")
    scratch.declare("acme", text)
    by_pulumi = json.loads(scratch.pulumi("config", "--json", "--stack", "acme").stdout)

    read = positions.parse(text)
    faulty = {fault.finding.path[1] for fault in read.faults}
    agreed = {key: value for key, value in read.value["config"].items() if key not in faulty}
    assert {key: by_pulumi[key]["objectValue"] for key in agreed} == agreed
    assert [scalars[int(key.removeprefix("flow-mcp:k"))] for key in agreed] == [
        "acme", "456", "-7", "0", "true", "false", "1.2.3", "10.0.0.1", "5m", "180d", "6f1c2d",
        "a#b", "a:b", "a?b", "'0456'", '"1e3"', "'yes'", '"2026-11-01"', "'~'", '"<<"', "'a''b'",
        '"a\\"b"', '"\\u00e9"', "&anchor acme", "a b", '"a\\nb"', "'a: b'", "[a, b]", "{a: b}", '{"0456": a}',
    ]  # fmt: skip


def test_pulumi_reads_a_key_without_namespace_as_a_key_of_the_project(scratch: ScratchProject) -> None:
    scratch.pulumi("stack", "init", "acme")
    for key in ("tenant", "flow-mcp:config:tenant"):
        scratch.declare("acme", f"config:\n  {key}: {{id: acme}}\n")
        by_pulumi = json.loads(scratch.pulumi("config", "--json", "--stack", "acme").stdout)
        assert by_pulumi["flow-mcp:tenant"]["objectValue"] == {"id": "acme"}


def test_pulumi_rejects_a_question_mark_between_brackets(scratch: ScratchProject) -> None:
    scratch.pulumi("stack", "init", "acme")
    scratch.declare("acme", "config:\n  flow-mcp:k: [a?b]\n")
    with pytest.raises(PulumiError, match="did not find expected ',' or"):
        scratch.pulumi("config", "--json", "--stack", "acme")
