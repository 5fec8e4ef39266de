"""Load the rules that a project adds to the package's."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from importlib import util
from importlib.machinery import ModuleSpec
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.rule import Rule, rules_of

FOLDER = "rules"
"""Name of the folder with a project's own rules, in the directory of its policy pack."""

_ID = re.compile(r"[A-Z][A-Z0-9]{1,15}-[0-9]{3}")
_RESERVED = "FLOWMCP-"


@lru_cache(maxsize=8)
def own_rules(directory: Path) -> tuple[Rule, ...]:
    """Return the rules in `rules/` of a policy pack's directory, sorted by ID; empty without such a folder.

    Each module defines one rule. A module with a leading underscore is a helper of the others, which import
    it with `from ._helper import …`.

    Args:
        directory: absolute path of the policy pack.

    Raises:
        PolicyPackError: a module cannot be imported, does not define exactly one rule, or its rule has an ID
            that another rule has or that is reserved for the package.
    """
    folder = directory / FOLDER
    if not folder.is_dir():
        return ()
    name = f"flow_mcp_policies_{abs(hash(directory)):x}"
    try:
        package = _package(name, folder)
        rules = rules_of(name, package.__path__)
        _check_ids(rules)
    except Exception as error:
        for module in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
            del sys.modules[module]
        why = str(error) if isinstance(error, ValueError) else f"{error!r}{_place(error, folder)}"
        raise PolicyPackError(f"the rules in {folder} cannot be loaded: {why}") from error
    return rules


def _place(error: Exception, folder: Path) -> str:
    """Return the line of the rules that raised the error; empty for invalid syntax, which has no frame."""
    frames = [
        frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)
    ]
    return f", at {FOLDER}/{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _package(name: str, folder: Path) -> ModuleType:
    """Import the folder as a package with a name of its own, with or without an `__init__.py`."""
    init = folder / "__init__.py"
    if not init.is_file():
        namespace = ModuleSpec(name, None, is_package=True)
        namespace.submodule_search_locations = [str(folder)]
        sys.modules[name] = package = util.module_from_spec(namespace)
        return package
    spec = util.spec_from_file_location(name, init, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{init} cannot be imported")
    sys.modules[name] = package = util.module_from_spec(spec)
    spec.loader.exec_module(package)
    for value in vars(package).values():
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == name:
            raise ValueError("rules/__init__.py defines a rule; move each rule to a module of its own")
    return package


def _check_ids(rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        module = type(rule).__module__.rpartition(".")[2]
        if rule.id.startswith(_RESERVED):
            raise ValueError(
                f"rules/{module}.py defines {rule.id}. IDs that begin with {_RESERVED} are reserved for the "
                "package's rules, of this version and later ones. Give the rule an ID with a prefix of your "
                "own, such as ACME-001; remove the file if it is a copy of a rule of the package"
            )
        if not _ID.fullmatch(rule.id):
            raise ValueError(
                f"rules/{module}.py defines the ID {rule.id!r}. An ID is a prefix of capital letters and "
                "digits, a hyphen and three digits, such as ACME-001"
            )
