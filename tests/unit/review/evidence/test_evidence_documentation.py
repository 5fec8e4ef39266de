"""The commands and names of docs/evidence.md."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from flow_mcp.cli.evidence import PASSPHRASE
from flow_mcp.review.evidence import dsse
from flow_mcp.review.evidence.keys import public_key, signer
from flow_mcp.review.evidence.statement import PREDICATE_TYPE, STATEMENT_TYPE
from tests.conftest import REPOSITORY
from tests.unit.review.evidence.samples import statement

PAGE = (REPOSITORY / "docs" / "evidence.md").read_text(encoding="utf-8")


def _block(name: str) -> str:
    (block,) = re.findall(rf"<!-- runs: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def _sh(script: str, directory: Path) -> str:
    completed = subprocess.run(
        ["sh", "-euc", script], cwd=directory, capture_output=True, text=True, check=False, timeout=60
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    _sh(
        _block("keys")
        .replace("-out", "-pass pass:secret -out", 1)
        .replace("-in", "-passin pass:secret -in", 1),
        tmp_path,
    )
    sealed = dsse.seal(statement().canonical_json(), signer(tmp_path / "evidence.pem", lambda: "secret"))
    (tmp_path / "acme.evidence.json").write_bytes(sealed)
    assert _sh(_block("openssl"), tmp_path) == "Signature Verified Successfully\n"
    assert dsse.open_envelope(sealed, [public_key(tmp_path / "evidence.pub")]).other_signatures == 0


def test_the_page_contains_the_names_of_the_code() -> None:
    for name in (PREDICATE_TYPE, STATEMENT_TYPE, dsse.PAYLOAD_TYPE, PASSPHRASE):
        assert f"`{name}`" in PAGE
