"""The workplace of the tests of examples and of the Pulumi package."""

from __future__ import annotations

import pytest

from tests.examples.workplace import Workplace


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A directory with the package's wheel in `.venv`."""
    return Workplace.prepare(tmp_path_factory.mktemp("workplace"))
