"""The exceptions of the project, as one docstring draws them."""

from __future__ import annotations

import re
from pathlib import Path

from flow_mcp.common import errors

COMPONENTS = Path(__file__).parents[3] / "components"
_CLASS = re.compile(r"^class ([A-Z]\w*Error)\((\w+Error)\):", re.MULTILINE)
_DRAWN = re.compile(r"^    (?P<above>(?:│   |    )*)(?:[├└]── )(?P<name>\w+)", re.MULTILINE)


def test_every_exception_is_drawn_below_the_one_that_it_is() -> None:
    sources = (file.read_text(encoding="utf-8") for file in COMPONENTS.rglob("*.py"))
    above = {name: parent for source in sources for name, parent in _CLASS.findall(source)}
    ours = {name: parent for name, parent in above.items() if _is_ours(name, above)}

    drawn, path = {}, ["FlowMcpError"]
    for line in _DRAWN.finditer(errors.__doc__ or ""):
        depth = len(line["above"]) // 4
        path[depth + 1 :] = [line["name"]]
        drawn[line["name"]] = path[depth]
    assert drawn == ours


def _is_ours(name: str, above: dict[str, str]) -> bool:
    while name in above:
        name = above[name]
    return name == "FlowMcpError"
