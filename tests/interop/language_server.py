"""A client of a language server (LSP 3.17) that a test starts, over standard input and output."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY

_SERVER = REPOSITORY / "tests" / "interop" / "node" / "node_modules" / "yaml-language-server"


@dataclass
class LanguageServer:
    """A connection to the YAML language server that the extension of Visual Studio Code contains."""

    process: subprocess.Popen[bytes]
    diagnostics: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _last: int = 0

    def request(self, method: str, parameters: dict[str, Any]) -> Any:
        """Send a request and return its result."""
        self._last += 1
        number = self._last
        self._send({"id": number, "method": method, "params": parameters})
        while (message := self._receive()).get("id") != number or "method" in message:
            self._handle(message)
        assert "error" not in message, message
        return message["result"]

    def notify(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def open(self, file: Path, text: str) -> str:
        """Open a document with another text than the file has, and return its URI."""
        uri = file.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def problems(self, uri: str) -> list[str]:
        """Return the messages of a document's problems, once the server has reported them."""
        while uri not in self.diagnostics:
            self._handle(self._receive())
        return [problem["message"] for problem in self.diagnostics[uri]]

    def at(self, method: str, uri: str, text: str, marker: str) -> Any:
        """Send a request for the position directly after the first occurrence of a text."""
        before = text[: text.index(marker) + len(marker)]
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self.request(method, {"textDocument": {"uri": uri}, "position": position})

    def _handle(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            # The server asks for the settings; it gets its defaults.
            items = (message.get("params") or {}).get("items", [])
            self._send({"id": message["id"], "result": [None] * len(items)})

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            assert line, "the language server ended"
            name, _, value = line.partition(b": ")
            if name == b"Content-Length":
                length = int(value)
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message


@contextmanager
def yaml_language_server(directory: Path) -> Iterator[LanguageServer]:
    """Start the server for a directory."""
    command = ["node", str(_SERVER / "bin" / "yaml-language-server"), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=directory) as process:
        server = LanguageServer(process)
        try:
            capabilities = {"workspace": {"configuration": True}}
            server.request(
                "initialize",
                {"processId": None, "rootUri": directory.as_uri(), "capabilities": capabilities},
            )
            server.notify("initialized", {})
            yield server
            server.request("shutdown", {})
            server.notify("exit", {})
        finally:
            process.kill()
