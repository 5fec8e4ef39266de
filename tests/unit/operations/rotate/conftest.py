from __future__ import annotations

import pytest

from tests.unit.declared import Stacks
from tests.unit.operations.rotate.rotating import Rotations


@pytest.fixture
def rotations(stacks: Stacks) -> Rotations:
    """A function that writes a tenant's file and records a rotation in it."""
    return Rotations(stacks)
