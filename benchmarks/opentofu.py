"""OpenTofu with the provider for Keycloak, to compare a run over many tenants with.

Both are built from their Go modules, OpenTofu in its module's own folder and the provider from `toolchain/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic.alias_generators import to_snake

from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.golang import Go

REPOSITORY = Path(__file__).parents[1]
VERSION = "v1.12.6"
_MODULE = "github.com/opentofu/opentofu"
_PROVIDER = "github.com/keycloak/terraform-provider-keycloak"
_SOURCE = "keycloak/keycloak"
# The flags with which `toolchain/` builds Pulumi, so that shared packages are compiled once.
_FLAGS = ("-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags=-s -w")
# Maps whose keys are names of Keycloak's attributes, not of the provider's properties.
_MAPS = {"attributes", "config", "extra_config"}
# What the provider from `toolchain/` has in Pulumi only: this project's plugin adds it.
_ADDED_PROPERTIES = {
    "add_to_token_introspection",
    "brute_force_strategy",
    "include_in_openid_provider_metadata",
    "require_dpop_bound_tokens",
}
_ADDED_RESOURCES = ("keycloak:index/realmClientPolicy",)
# Pulumi names lists of blocks in the plural.
_BLOCKS = {"conditions": "condition", "executors": "executor"}

Resource = Mapping[str, Any]


def programs(report: Any = lambda _message: None) -> Path:
    """Return the directory with `tofu` and the provider; the first call builds them, for several minutes."""
    directory, _ = cache.entry(f"opentofu-{VERSION}", _build, report)
    return directory


def _build(directory: Path) -> None:
    toolchain = Go(REPOSITORY / "toolchain")
    run = partial(toolchain.run, temporary=directory, is_progress=lambda _line: True)
    sources = json.loads(run("mod", "download", "-json", f"{_MODULE}@{VERSION}"))["Dir"]
    build = ("build", "-mod=readonly", *_FLAGS, "-o")
    run(*build, str(directory / "terraform-provider-keycloak"), _PROVIDER)
    sources_of_tofu = Go(Path(sources))
    sources_of_tofu.run(
        *build, str(directory / "tofu"), "./cmd/tofu", temporary=directory, is_progress=lambda _line: True
    )


def write(directory: Path, tenants: Mapping[str, Sequence[Resource]]) -> None:
    """Write one configuration with the Keycloak resources of all tenants, and OpenTofu's own settings.

    Args:
        directory: receives `main.tf.json` and `tofu.rc`.
        tenants: the resources of each tenant's Pulumi state.
    """
    blocks: dict[str, dict[str, Any]] = {}
    for tenant, resources in tenants.items():
        for kind, name, block in _translated(tenant, resources):
            blocks.setdefault(kind, {})[name] = block
    main = {
        "terraform": {"required_providers": {"keycloak": {"source": _SOURCE}}},
        "provider": {"keycloak": {}},
        "resource": blocks,
    }
    (directory / "main.tf.json").write_text(json.dumps(main, indent=2), "utf-8")
    overrides = f'provider_installation {{\n  dev_overrides {{ "{_SOURCE}" = "{programs()}" }}\n}}\n'
    (directory / "tofu.rc").write_text(overrides, "utf-8")


def _translated(tenant: str, resources: Sequence[Resource]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the type, the name and the content of each Keycloak resource of a state."""
    own = [
        item
        for item in resources
        if item["type"].startswith("keycloak:") and not item["type"].startswith(_ADDED_RESOURCES)
    ]
    addresses = {item["urn"]: (_type(item), f"{tenant}-{number}") for number, item in enumerate(own)}
    references = {
        identifier: f"${{{'.'.join(addresses[item['urn']])}.{attribute}}}"
        for item in own
        for attribute, identifier in (
            ("id", item["id"]),
            ("service_account_user_id", _service_account(item)),
        )
        if identifier and _is_assigned(identifier)
    }
    for item in own:
        needed = {urn for urns in item.get("propertyDependencies", {}).values() for urn in urns}
        block = _properties(item["inputs"], references)
        block["depends_on"] = sorted(".".join(addresses[urn]) for urn in needed if urn in addresses)
        yield (*addresses[item["urn"]], block)


def _service_account(resource: Resource) -> str | None:
    is_client = resource["type"] == "keycloak:openid/client:Client"
    return resource["outputs"].get("serviceAccountUserId") if is_client else None


def _is_assigned(identifier: str) -> bool:
    """Return whether Keycloak assigned the ID; other IDs are names, which occur in other places too."""
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier) is not None


def _type(resource: Resource) -> str:
    package, module, name = re.split("[:/]", resource["type"].rpartition(":")[0])
    return f"{package}_{'openid_' if module == 'openid' else ''}{to_snake(name)}"


def _properties(inputs: Mapping[str, Any], references: Mapping[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, value in inputs.items():
        if key.startswith("__"):
            continue
        name = to_snake(key)
        if name in _ADDED_PROPERTIES:
            continue
        kept = value if name in _MAPS else _value(value, references)
        properties[_BLOCKS.get(name, name)] = kept
    return properties


def _value(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return _properties(value, references)
    if isinstance(value, list):
        return [_value(item, references) for item in value]
    return references.get(value, value) if isinstance(value, str) else value
