"""Read the settings of several stacks in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from flow_mcp.engine.stacks import NotAppliedError, Stacks
from flow_mcp.operations.export.errors import ExportError
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

_WORKERS = 4


@dataclass(frozen=True)
class Collected:
    """A stack's present settings.

    Attributes:
        stack: the stack's name.
        document: the settings document in its outputs.
        update: the number of its last update.
    """

    stack: str
    document: SettingsDocument
    update: int

    def envelope(self, before: SettingsEnvelope | None) -> SettingsEnvelope:
        """Return the next envelope; `before` is returned again if the settings are equal.

        A stack that was deleted and created again restarts its update numbers; the revision still increases.
        """
        envelope = SettingsEnvelope.of(self.document, self.update)
        if before is None:
            return envelope
        if before.digest == envelope.digest:
            return before
        return SettingsEnvelope.of(self.document, max(self.update, before.revision + 1))


def collect(
    stacks: Stacks, names: Sequence[str], *, named: bool, report: Callable[[str], None]
) -> tuple[list[Collected], list[str]]:
    """Read the settings of stacks; also return the names of stacks without an update.

    Args:
        stacks: the project's stacks.
        names: the stacks to read.
        named: whether the user named them; a stack without an update is then an error.
        report: receives the progress as text.

    Raises:
        StackError: a stack cannot be read.
        ExportError: a stack's settings cannot be used, or two stacks have settings of the same tenant.
    """
    read: dict[str, Collected] = {}
    missing: list[str] = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        futures = {pool.submit(_one, stacks, name): name for name in names}
        try:
            for done in as_completed(futures):
                name = futures[done]
                try:
                    read[name] = done.result()
                except NotAppliedError:
                    if named:
                        raise
                    missing.append(name)
                report(f"{len(read) + len(missing)} of {len(names)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    collected = sorted(read.values(), key=lambda stack: stack.document.tenant)
    for first, second in pairwise(collected):
        if first.document.tenant == second.document.tenant:
            raise ExportError(
                f"The stacks {first.stack} and {second.stack} both have settings of the tenant "
                f"{first.document.tenant}. Name the right stack, or destroy the other one."
            )
    return collected, sorted(missing)


def _one(stacks: Stacks, name: str) -> Collected:
    try:
        document = SettingsDocument.from_json(stacks.settings(name))
    except ValidationError as error:
        raise ExportError(
            f"The settings of the stack {name} are not of version 1. "
            f"Run `pulumi up --stack {name}` with this version of flow-mcp."
        ) from error
    return Collected(name, document, stacks.update_number(name))
