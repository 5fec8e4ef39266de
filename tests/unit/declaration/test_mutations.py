"""Samples with random mistakes result in problems, never in an unexpected exception."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.findings import DeclarationError

REPOSITORY = Path(__file__).parents[3]
INSTANCE = {
    "server": "https://app.profitbase.biz/flow",
    "flowEntra": {"tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"},
}
SAMPLES = {
    file.name: yaml.safe_load(file.read_text(encoding="utf-8"))["config"]["flow-mcp:tenant"]
    for file in sorted((REPOSITORY / "stacks").glob("Pulumi.*.yaml"))
}
MISTAKES: list[Any] = [
    None, 0, -1, 10**30, 1.5, True, "", "x", "*", "456/test", "https://a.example/c", "a" * 300, "\u202e",
    "\n", "2026-11-01", "180d", "none", "everyone", [], [[]], [{}], [None], ["x", "x"], {}, {"x": 1},
    {"secure": "v1"},
]  # fmt: skip
KEYS = ["secure", "instance", "x", "clientId", "people", "[key]", "secret", "access", "entra", "0", ""]


@pytest.mark.parametrize("sample", SAMPLES)
def test_any_mistake_results_in_problems_without_duplicates(sample: str) -> None:
    chance = random.Random(sample)
    for _ in range(100):
        value = deepcopy(SAMPLES[sample])
        for _ in range(chance.randint(1, 3)):
            _spoil(value, chance)
        try:
            problems = from_configuration(value, INSTANCE, source="acme").warnings
        except DeclarationError as error:
            problems = error.problems
            assert any(problem.severity == "error" for problem in problems)
        reported = [(problem.path, problem.message) for problem in problems]
        assert len(set(reported)) == len(reported)
        assert all(str(problem).isprintable() for problem in problems)


def _spoil(value: Any, chance: random.Random) -> None:
    *above, key = chance.choice([path for path in _paths(value) if path])
    for part in above:
        value = value[part]
    if chance.random() < 0.2:
        del value[key]
    elif isinstance(value, dict) and chance.random() < 0.2:
        value[chance.choice(KEYS)] = deepcopy(chance.choice(MISTAKES))
    else:
        value[key] = deepcopy(chance.choice(MISTAKES))


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from _paths(part, (*path, key))
