"""The golden corpus: changes of tenants on all kinds of authorization server, with the expected sentences.

Tests from declarations and tests from previews parametrize over `CORPUS`.
"""

from __future__ import annotations

from tests.unit.review.diff.corpus import entra, keycloak, others
from tests.unit.review.diff.corpus.case import Case, Declared, ExpectedChange, compared_parts, files

CORPUS: tuple[Case, ...] = (*keycloak.CASES, *entra.CASES, *others.CASES)

__all__ = ["CORPUS", "Case", "Declared", "ExpectedChange", "compared_parts", "files"]
