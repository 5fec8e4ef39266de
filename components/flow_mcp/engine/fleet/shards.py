"""Divide tenants among several machines: each tenant is in exactly one shard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from flow_mcp.common.errors import FlowMcpError

_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


class ShardError(FlowMcpError):
    """The text does not name a shard."""

    exit_code = 2


@dataclass(frozen=True)
class Shard:
    """One of several parts of all tenants, as `--shard 2/8` names it.

    Attributes:
        number: its number, from 1.
        count: the number of shards.
    """

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Return the shard that a text such as `2/8` names.

        Raises:
            ShardError: the text is not of this form, or there is no such shard.
        """
        match = _SHARD.fullmatch(text)
        if match and 1 <= int(match[1]) <= int(match[2]):
            return cls(int(match[1]), int(match[2]))
        raise ShardError(f"{text!r} is not a shard; use 1/8 to 8/8 for eight shards")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def select(self, stacks: Iterable[str]) -> tuple[str, ...]:
        """Return the stacks of this shard, in the given order."""
        return tuple(stack for stack in stacks if shard_of(stack, self.count) == self.number)


def shard_of(stack: str, count: int) -> int:
    """Return the number of a stack's shard, from 1 to `count`.

    It depends only on the stack's name and the number of shards. If a shard is added, about one tenant in
    `count + 1` moves, and all of these move to the new shard.
    """
    return jump_hash(int.from_bytes(sha256(stack.encode()).digest()[:8], "big"), count) + 1


def jump_hash(key: int, count: int) -> int:
    """Return the bucket of a key, from 0 to `count - 1`.

    Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014), figure 1,
    https://arxiv.org/abs/1406.2294

    Args:
        key: an unsigned integer of 64 bits.
        count: the number of buckets, at least 1.
    """
    bucket, following = -1, 0
    while following < count:
        bucket = following
        key = (key * 2862933555777941757 + 1) % 2**64
        following = int((bucket + 1) * (2**31 / ((key >> 33) + 1)))
    return bucket
