"""Parse YAML files to plain values, the position of each key and item, and syntax faults.

Pulumi reads the same files with Go's yaml.v3. Constructs that the two parsers may interpret differently
(duplicate keys, merge keys, aliases, tags, some scalars) are therefore rejected. The parser uses PyYAML's
events, which show all of these and cannot overflow the stack. It uses PyYAML's C parser if available, because
a pipeline may check a thousand files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.scalars import plain

NO_VALUE = ("has no value", "Set a value or remove the key.")

Mark = tuple[int, int]
"""Line and column, from 1."""

_LARGEST = 1_048_576
_DEEPEST = 32
# Line breaks and byte order marks that parsers treat differently, and characters that are invisible or change
# the displayed order: a reviewer must see the same file as Pulumi, including its comments.
_HIDDEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Fault:
    """A fault in a file's syntax; the finding's path starts at the file's root.

    Attributes:
        finding: the problem.
        mark: its position.
        doubtful: the value could be parsed, but other parsers may read another value. Such a fault is not
            reported if the value has another problem.
    """

    finding: Finding
    mark: Mark
    doubtful: bool = False


@dataclass(frozen=True)
class Positioned:
    """A YAML file's value (None if it cannot be parsed), its marks by path, and its faults."""

    value: Any
    marks: Mapping[Path, Mark]
    faults: tuple[Fault, ...]

    def mark(self, path: Path) -> Mark:
        """Return the position of a path, or of its nearest parent that the file contains."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, (1, 1))


def read(file: FilePath) -> Positioned:
    """Read a file with one YAML document; a file that cannot be read results in a fault at its root."""
    try:
        content = file.read_bytes() if file.stat().st_size <= _LARGEST else None
    except OSError as error:
        return _unreadable(f"cannot be read: {error.strerror}", "Check its path and permissions.", 0)
    if content is None:
        return _unreadable("is larger than 1 MiB", "Declare one tenant per file.", 0)
    try:
        # Like Pulumi, ignore the byte order mark that some editors write.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unreadable("is not UTF-8", "Save it as UTF-8.", content.count(b"\n", 0, error.start) + 1)
    return parse(text)


def parse(text: str) -> Positioned:
    """Parse one YAML document; a text that is not valid YAML results in a fault at its root."""
    composer = _Composer(yaml.parse(text, Loader=_Loader))
    try:
        value = composer.document()
    except _TooDeepError as error:
        return _unreadable(
            f"is nested more than {_DEEPEST} levels deep", "Remove the deeper levels.", error.line
        )
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _unreadable(f"is not valid YAML: {error.problem}", "Correct the syntax.", line)
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8", "replace").count(b"\n", 0, error.position) + 1
        return _unreadable("is not valid YAML", "Remove the control characters.", line)
    return Positioned(value, composer.marks, (*_hidden(text), *composer.faults))


def _hidden(text: str) -> Iterator[Fault]:
    for line, content in enumerate(text.split("\n") if _HIDDEN.search(text) else (), 1):
        if match := _HIDDEN.search(content):
            code = f"U+{ord(match[0]):04X}"
            message = f"has the character {code}, which is invisible or changes how the text is displayed"
            yield Fault(Finding((), message, "Remove it."), (line, match.start() + 1))


def _unreadable(message: str, remedy: str, line: int) -> Positioned:
    return Positioned(None, {}, (Fault(Finding((), message, remedy), (line, 1)),))


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


@dataclass
class _Composer:
    events: Iterator[Any]
    marks: dict[Path, Mark] = field(default_factory=lambda: {(): (1, 1)})
    faults: list[Fault] = field(default_factory=list)
    flow: bool = False

    def document(self) -> Any:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)  # the document's end
        if isinstance(second := next(self.events), yaml.DocumentStartEvent):
            self._fault(
                (), second, "has a second YAML document, which Pulumi ignores", "Keep one document per file."
            )
        return value

    def _value(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._fault(path, event, "is a YAML alias, which is not allowed", "Write the value in full.")
            return None
        if len(path) > _DEEPEST:
            raise _TooDeepError(event.start_mark.line + 1)
        self.marks.setdefault(path, _mark(event))
        if event.tag is not None:
            self._fault(
                path, event, "has a YAML tag, which is not allowed", "Remove the tag; put a string in quotes."
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        outer_flow, self.flow = self.flow, bool(event.flow_style)
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._mapping(path)
        else:
            items = enumerate(self._until(yaml.SequenceEndEvent))
            value = [self._value(item, (*path, index)) for index, item in items]
        self.flow = outer_flow
        return value

    def _scalar(self, event: Any, path: Path) -> Any:
        if not event.implicit[0]:
            return event.value
        self._check_question_mark(event, path)
        value, doubtful = plain(event.value)
        if value is None:
            self._fault(path, event, *NO_VALUE, doubtful=True)
        elif doubtful:
            message = "is a number, a date or a Boolean to some YAML parsers"
            self._fault(path, event, message, "Put it in quotes if it is a string.", doubtful=True)
        return value

    def _check_question_mark(self, event: Any, path: Path) -> None:
        if self.flow and event.implicit[0] and "?" in event.value:
            message = "has a ? between brackets, which Pulumi's YAML parser rejects"
            self._fault(path, event, message, "Put it in quotes.")

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._fault(path, event, "has a key that is not a string", "Use strings as keys.")
                self._skip(event)
                self._skip(next(self.events))
                continue
            key: str = event.value
            key_path = (*path, key)
            # Also a quoted key: Pulumi rewrites the file in memory, without the quotes.
            if key == "<<":
                self._fault(
                    key_path, event, "is a YAML merge key, which is not allowed", "Write the values in full."
                )
                self._skip(next(self.events))
                continue
            self._check_question_mark(event, key_path)
            if event.tag is not None or (event.implicit[0] and plain(key) != (key, False)):
                message = "is a key that some YAML parsers read as a number, a date or a Boolean"
                self._fault(key_path, event, message, "Put it in quotes.")
            if key in mapping:
                self._fault(key_path, event, "occurs twice", "Keep one of them.")
                self._skip(next(self.events))
                continue
            self.marks[key_path] = _mark(event)
            mapping[key] = None
            mapping[key] = self._value(next(self.events), key_path)
        return mapping

    def _until(self, end: type[Any]) -> Iterator[Any]:
        while not isinstance(event := next(self.events), end):
            yield event

    def _skip(self, event: Any) -> None:
        depth = 0
        while True:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if not depth:
                return
            event = next(self.events)

    def _fault(self, path: Path, event: Any, message: str, remedy: str, *, doubtful: bool = False) -> None:
        self.faults.append(Fault(Finding(path, message, remedy), _mark(event), doubtful))


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
