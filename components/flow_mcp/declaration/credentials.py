"""The environment variables with the credentials by which stacks administer an authorization server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CredentialVariables:
    """Names of environment variables; their values are read only by the providers.

    Attributes:
        alternatives: sets of variables, each of which suffices if all of its variables are set.
        otherwise: where credentials come from if no alternative is set, as a sentence; empty: from nowhere.
        stack_secrets: keys of the stack's secret configuration that suffice instead.
    """

    alternatives: tuple[tuple[str, ...], ...] = ()
    otherwise: str = ""
    stack_secrets: tuple[str, ...] = ()

    def chosen(self, environment: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return the first alternative whose variables are all set and not empty."""
        return next(
            (names for names in self.alternatives if all(environment.get(name) for name in names)), None
        )

    def in_words(self, quote: str = "") -> str:
        """Return `A and B, or C`."""
        return ", or ".join(
            " and ".join(f"{quote}{name}{quote}" for name in alternative) for alternative in self.alternatives
        )


NO_CREDENTIALS = CredentialVariables()
"""Of a server that stacks do not administer."""
