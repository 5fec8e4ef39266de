"""Waves: a few tenants first, the rest when these are well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from flow_mcp.common.errors import FlowMcpError


class WaveError(FlowMcpError):
    """What is said of waves cannot be meant."""

    exit_code = 2


@dataclass(frozen=True)
class Wave:
    """Tenants that are updated before any of the next wave is.

    Attributes:
        name: `canaries`, `10 %`, … or `all`.
        stacks: their names.
    """

    name: str
    stacks: tuple[str, ...]


def waves(
    stacks: Sequence[str], canaries: Sequence[str] = (), percentages: Sequence[int] = ()
) -> tuple[Wave, ...]:
    """Divide tenants into waves; each is in exactly one, and no wave is empty.

    Args:
        stacks: the tenants to update, in their order.
        canaries: names or globs of those that come first.
        percentages: of all that are not canaries, how many are done after each wave, rounded up: `10, 50`
            is three waves, the last of them the rest.

    Raises:
        WaveError: percentages do not grow from 1 to 100.
    """
    if list(percentages) != sorted({*percentages}) or any(not 0 < each <= 100 for each in percentages):
        shown = ",".join(map(str, percentages))
        raise WaveError(f"--waves {shown}: give percentages that grow, from 1 to 100, as in 10,50")
    first = tuple(stack for stack in stacks if any(fnmatchcase(stack, each) for each in canaries))
    rest = tuple(stack for stack in stacks if stack not in {*first})
    found = [Wave("canaries", first)]
    begun = 0
    for percentage in (*(each for each in percentages if each < 100), 100):
        until = -(-len(rest) * percentage // 100)
        name = f"{percentage} %" if percentages else "all"
        found.append(Wave(name, rest[begun:until]))
        begun = until
    return tuple(wave for wave in found if wave.stacks)
