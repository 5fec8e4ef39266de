"""Protected resources whose people a tenant's file must declare together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def joined_resources(access: Sequence[Sequence[str]]) -> Mapping[str, frozenset[str]]:
    """Return the keys of the resources that clients of people join, by each resource's key.

    A server that admits people by resource, not by client, has the same people for all clients of a resource.
    So the people of resources that one client reaches are the same too.

    Args:
        access: the resource keys of each client of people.
    """
    joined = {key: frozenset((key,)) for keys in access for key in keys}
    for keys in access:
        union = frozenset[str]().union(*(joined[key] for key in keys))
        for key in union:
            joined[key] = union
    return joined
