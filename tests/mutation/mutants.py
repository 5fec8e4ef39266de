"""Mutants: a module without one of its checks, in memory.

mutmut and cosmic-ray change operators and constants, write copies of the project and start pytest for each
change, which takes minutes. This module tests only whether a vector needs each *check*. It replaces the code
of one function and runs the vectors in the same process, which takes seconds.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

# The comparison that treats equality differently.
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one function, or of one regular expression."""

    module: ModuleType
    name: str
    """Name of the function or constant."""
    line: int
    change: str
    replacement: Any
    """The code, or the regular expression."""

    def __str__(self) -> str:
        return f"{self.module.__name__.rpartition('.')[2]}.{self.name}: {self.change}"

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Replace the code or the expression in the module, and restore it afterwards."""
        if isinstance(self.replacement, re.Pattern):
            original = getattr(self.module, self.name)
            setattr(self.module, self.name, self.replacement)
            try:
                yield
            finally:
                setattr(self.module, self.name, original)
            return
        whole = getattr(self.module, self.name)
        function = inspect.unwrap(whole)
        code = function.__code__
        function.__code__ = self.replacement
        _forget(whole)
        try:
            yield
        finally:
            function.__code__ = code
            _forget(whole)


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Yield a mutant for each check of the module, in a stable order."""
    tree = ast.parse(inspect.getsource(module))
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from _of_function(module, tree, function)
    for name, value in sorted(vars(module).items()):
        if isinstance(value, re.Pattern):
            yield from _of_pattern(module, name, value)


def _of_function(module: ModuleType, tree: ast.Module, function: ast.FunctionDef) -> Iterator[Mutant]:
    boolean = isinstance(function.returns, ast.Name) and function.returns.id == "bool"
    for position, node in enumerate(ast.walk(function)):
        for number, (change, _) in enumerate(_changes(node, boolean=boolean)):
            changed = copy.deepcopy(function)
            target = list(ast.walk(changed))[position]
            _, replacement = list(_changes(target, boolean=boolean))[number]
            whole = _Exchange(target, replacement).visit(changed)
            body = [whole if part is function else part for part in tree.body]
            code = compile(ast.fix_missing_locations(ast.Module(body, [])), str(module.__file__), "exec")
            namespace = dict(vars(module))
            exec(code, namespace)
            mutated = inspect.unwrap(namespace[function.name]).__code__
            yield Mutant(module, function.name, getattr(node, "lineno", function.lineno), change, mutated)


def _changes(node: ast.AST, *, boolean: bool) -> Iterator[tuple[str, ast.AST]]:
    """Yield the replacements of a node, with a description.

    Args:
        node: A part of a function.
        boolean: Whether the function returns a bool.
    """
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            yield from _decided(node)
        case ast.If(test=ast.Name() | ast.Call() | ast.Attribute() as test):
            for word, decided in _decided(test):
                yield word, ast.If(decided, node.body, node.orelse)
        case ast.IfExp(test=ast.Name() | ast.Call() | ast.Attribute() as test):
            for word, decided in _decided(test):
                yield word, ast.IfExp(decided, node.body, node.orelse)
        case ast.comprehension(ifs=[ast.Name() | ast.Call() | ast.Attribute() as test]):
            yield f"all of `{ast.unparse(node.iter)}`", ast.comprehension(node.target, node.iter, [], 0)
        case ast.Return(value=ast.Call() as call) if boolean:
            for word, decided in _decided(call):
                yield word, ast.Return(decided)
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield f"without `{ast.unparse(node)}`", ast.Pass()
        case ast.ExceptHandler(type=ast.Tuple(elts=kinds)):
            for kind in kinds:
                remaining = ast.Tuple([kept for kept in kinds if kept is not kind], ast.Load())
                word = f"`{ast.unparse(kind)}` is not caught"
                yield word, ast.ExceptHandler(remaining, node.name, node.body)
    if isinstance(node, ast.BoolOp):
        for operand in node.values:
            left = [kept for kept in node.values if kept is not operand]
            changed = ast.BoolOp(node.op, left) if len(left) > 1 else left[0]
            yield f"`{ast.unparse(node)}` without `{ast.unparse(operand)}`", changed
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _BOUNDARY:
        moved = ast.Compare(node.left, [_BOUNDARY[type(node.ops[0])]()], node.comparators)
        yield f"`{ast.unparse(node)}` is `{ast.unparse(moved)}`", moved
    for part in ("body", "orelse"):
        statements = getattr(node, part, [])
        if isinstance(statements, list):
            yield from _exchanged(node, part, statements)


def _decided(test: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for value in (True, False):
        yield f"`{ast.unparse(test)}` is {value}", ast.Constant(value)


def _exchanged(node: ast.AST, part: str, statements: list[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """Yield the node with two adjacent checks swapped."""
    for index, (first, second) in enumerate(pairwise(statements)):
        if isinstance(first, ast.If) and isinstance(second, ast.If):
            swapped = [*statements[:index], second, first, *statements[index + 2 :]]
            changed = copy.copy(node)
            setattr(changed, part, swapped)
            yield f"`{ast.unparse(second.test)}` before `{ast.unparse(first.test)}`", changed


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self._new if node is self._old else self.generic_visit(node)


def _of_pattern(module: ModuleType, name: str, pattern: re.Pattern[Any]) -> Iterator[Mutant]:
    """Yield a regular expression without each of its alternatives, including those in groups."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode()
    for begin, end in _alternatives(text):
        # Remove the alternative with one of its bars.
        shorter = (
            text[: begin - 1] + text[end:]
            if text[begin - 1 : begin] == "|"
            else text[:begin] + text[end + 1 :]
        )
        source = shorter if isinstance(pattern.pattern, str) else shorter.encode()
        yield Mutant(module, name, 0, f"without `{text[begin:end]}`", re.compile(source, pattern.flags))


def _alternatives(text: str) -> list[tuple[int, int]]:
    """Return start and end of the alternatives of a regular expression, including nested groups."""
    alternatives: list[tuple[int, int]] = []
    open_groups: list[list[int]] = [[0]]  # begins of the alternatives of each group that is open

    def close(end: int) -> None:
        begins = open_groups.pop()
        ends = [begin - 1 for begin in begins[1:]] + [end]
        if len(begins) > 1:
            alternatives.extend(zip(begins, ends, strict=True))

    skipped = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
    position = 0
    while position < len(text):
        if match := skipped.match(text, position):
            position = match.end()
            continue
        if text[position] == "(":
            opening = re.compile(r"\((?:\?(?::|=|!|<=|<!|P<\w+>))?").match(text, position)
            position = opening.end() if opening else position + 1
            open_groups.append([position])
            continue
        if text[position] == ")":
            close(position)
        elif text[position] == "|":
            open_groups[-1].append(position + 1)
        position += 1
    close(len(text))
    return alternatives


def _forget(function: Any) -> None:
    if hasattr(function, "cache_clear"):
        function.cache_clear()
