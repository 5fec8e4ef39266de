"""What the stacks have to deliver, read at once from several of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from flow_mcp.engine.stacks import NotAppliedError, Stacks
from flow_mcp.operations.export.errors import ExportError
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

_AT_ONCE = 4


@dataclass(frozen=True)
class Collected:
    """A stack's settings as they are now.

    Attributes:
        stack: its name.
        document: its settings.
        update: the number of its last update.
    """

    stack: str
    document: SettingsDocument
    update: int

    def envelope(self, before: SettingsEnvelope | None) -> SettingsEnvelope:
        """The envelope to deliver after `before`: the same one while the settings are the same.

        A stack that was removed and made again counts its updates anew; the revision goes on rising.
        """
        made = SettingsEnvelope.of(self.document, self.update)
        if before is None:
            return made
        if before.digest == made.digest:
            return before
        return SettingsEnvelope.of(self.document, max(self.update, before.revision + 1))


def collect(
    stacks: Stacks, names: Sequence[str], *, named: bool, report: Callable[[str], None]
) -> tuple[list[Collected], list[str]]:
    """Read stacks; those that are not applied yet are listed apart.

    Args:
        stacks: where they are.
        names: which ones.
        named: whether the user named them: then one that is not applied is an error.
        report: told how far it is.

    Raises:
        StackError: a stack cannot be read.
        ExportError: a stack's settings cannot be used, or two stacks are the same tenant's.
    """
    found: dict[str, Collected] = {}
    missing: list[str] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = {pool.submit(_one, stacks, name): name for name in names}
        try:
            for done in as_completed(waiting):
                name = waiting[done]
                try:
                    found[name] = done.result()
                except NotAppliedError:
                    if named:
                        raise
                    missing.append(name)
                report(f"{len(found) + len(missing)} of {len(names)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    collected = sorted(found.values(), key=lambda each: each.document.tenant)
    for one, other in pairwise(collected):
        if one.document.tenant == other.document.tenant:
            raise ExportError(
                f"the stacks {one.stack} and {other.stack} both have settings of the tenant "
                f"{one.document.tenant}; a tenant is one stack's: name the right one, or destroy the other"
            )
    return collected, sorted(missing)


def _one(stacks: Stacks, name: str) -> Collected:
    try:
        document = SettingsDocument.from_json(stacks.settings(name))
    except ValidationError as error:
        raise ExportError(
            f"the settings of the stack {name} are not of version 1; run `pulumi up --stack {name}` with "
            "this version of flow-mcp"
        ) from error
    return Collected(name, document, stacks.update_number(name))
