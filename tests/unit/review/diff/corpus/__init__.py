"""The golden corpus: changes of tenants on all kinds of authorization server, and what each means.

It is told from declarations and from previews alike: parametrize over `CORPUS`.
"""

from __future__ import annotations

from tests.unit.review.diff.corpus import entra, keycloak, others
from tests.unit.review.diff.corpus.case import Case, Declared, Said, files, said

CORPUS: tuple[Case, ...] = (*keycloak.CASES, *entra.CASES, *others.CASES)

__all__ = ["CORPUS", "Case", "Declared", "Said", "files", "said"]
