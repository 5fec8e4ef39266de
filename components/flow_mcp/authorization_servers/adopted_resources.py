"""Applies the record of adopted objects to the stack's resources, for every kind of authorization server.

A component creates its resources as always. This module adds Pulumi's options to those that the record names.
A component itself must skip the resources that the tenant `leaves`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi

from flow_mcp.declaration.adopted import AdoptedResource


def adopting(adopted: Mapping[str, AdoptedResource]) -> pulumi.ResourceTransformation:
    """Return a transformation that imports the adopted objects and keeps their properties.

    `pulumi destroy` leaves an adopted object at the server as long as its line is in the record: it existed
    before the stack. Pulumi ignores the ID of an object that is already in the state.
    """

    def transform(
        arguments: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        resource = adopted.get(f"{arguments.type_.rpartition(':')[2]}/{arguments.name}")
        if resource is None or resource.id is None:
            return None
        options = pulumi.ResourceOptions(
            import_=resource.id, ignore_changes=list(resource.keep) or None, retain_on_delete=True
        )
        merged = pulumi.ResourceOptions.merge(arguments.opts, options)
        return pulumi.ResourceTransformationResult(arguments.props, merged)

    return transform


def keeping(properties: Mapping[str, Sequence[str]]) -> pulumi.ResourceTransformation:
    """Return a transformation that keeps properties as they are in the state, by resource."""

    def transform(
        arguments: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        kept = properties.get(f"{arguments.type_.rpartition(':')[2]}/{arguments.name}")
        if not kept:
            return None
        options = pulumi.ResourceOptions(ignore_changes=list(kept))
        merged = pulumi.ResourceOptions.merge(arguments.opts, options)
        return pulumi.ResourceTransformationResult(arguments.props, merged)

    return transform
