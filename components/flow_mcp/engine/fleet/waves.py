"""Divide tenants into waves: a few tenants are updated before the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from flow_mcp.common.errors import FlowMcpError


class WaveError(FlowMcpError):
    """The percentages of the waves are invalid."""

    exit_code = 2


@dataclass(frozen=True)
class Wave:
    """Tenants that are updated before the tenants of the next wave.

    Attributes:
        name: `canaries`, `10 %`, … or `all`.
        stacks: the names of the stacks.
    """

    name: str
    stacks: tuple[str, ...]


def waves(
    stacks: Sequence[str], canaries: Sequence[str] = (), percentages: Sequence[int] = ()
) -> tuple[Wave, ...]:
    """Divide tenants into waves; each tenant is in exactly one, and no wave is empty.

    Args:
        stacks: the tenants to update, in their order.
        canaries: names or globs of the tenants of the first wave.
        percentages: the share of the other tenants that is updated after each wave, rounded up; with
            `10, 50` there are three waves, and the last one contains the rest.

    Raises:
        WaveError: the percentages do not increase, or one is not from 1 to 100.
    """
    if list(percentages) != sorted({*percentages}) or any(not 0 < share <= 100 for share in percentages):
        shown = ",".join(map(str, percentages))
        raise WaveError(f"--waves {shown} is invalid; use increasing percentages from 1 to 100, as in 10,50")
    first = tuple(stack for stack in stacks if any(fnmatchcase(stack, glob) for glob in canaries))
    rest = tuple(stack for stack in stacks if stack not in {*first})
    planned = [Wave("canaries", first)]
    start = 0
    for percentage in (*(share for share in percentages if share < 100), 100):
        end = -(-len(rest) * percentage // 100)
        name = f"{percentage} %" if percentages else "all"
        planned.append(Wave(name, rest[start:end]))
        start = end
    return tuple(wave for wave in planned if wave.stacks)
