"""MinIO, an S3-compatible server, built once from its Go module into the user's cache directory."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import minio

from flow_mcp.common.locks import exclusive
from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.golang import Go
from flow_mcp.local.keycloak.ports import free_port
from tests.backends.backend import Backend

_MODULE = Path(__file__).parent / "minio"
_PACKAGE = "github.com/minio/minio"
_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags=-s -w")
_USER, _BUCKET, _REGION = "flow", "pulumi-state", "us-east-1"
_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1


class S3(Backend):
    """A MinIO server with an empty bucket.

    Args:
        directory: the directory of its data.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.password = secrets.token_urlsafe(16)
        self._port = free_port()
        address = f"127.0.0.1:{self._port}"
        self._client = minio.Minio(
            address, access_key=_USER, secret_key=self.password, secure=False, region=_REGION
        )
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        self._client.make_bucket(_BUCKET)
        return self

    @property
    def environment(self) -> Mapping[str, str]:
        parameters = f"endpoint=http://127.0.0.1:{self._port}&use_path_style=true&region={_REGION}"
        return {
            "PULUMI_BACKEND_URL": f"s3://{_BUCKET}?{parameters}",
            "AWS_ACCESS_KEY_ID": _USER,
            "AWS_SECRET_ACCESS_KEY": self.password,
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
        }

    def start(self) -> None:
        program = build()
        self._directory.mkdir(parents=True, exist_ok=True)
        log = self._directory.with_suffix(".log")
        with log.open("ab") as output:
            self._server = subprocess.Popen(
                [program, "server", "--quiet", "--address", f"127.0.0.1:{self._port}", self._directory],
                stdout=output,
                stderr=output,
                env={
                    "MINIO_ROOT_USER": _USER,
                    "MINIO_ROOT_PASSWORD": self.password,
                    "MINIO_BROWSER": "off",
                    "HOME": str(self._directory),
                    "PATH": os.environ["PATH"],
                },
            )
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            assert self._server.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait()
            self._server = None

    def dump(self, directory: Path) -> None:
        for key in self.keys():
            self._client.fget_object(_BUCKET, key, str(directory / key))

    def restore(self, directory: Path) -> None:
        for key in self.keys():
            self._client.remove_object(_BUCKET, key)
        for file in directory.rglob("*"):
            if file.is_file():
                self._client.fput_object(_BUCKET, str(file.relative_to(directory)), str(file))

    def put(self, key: str, content: bytes) -> None:
        self._client.put_object(_BUCKET, key, io.BytesIO(content), len(content))

    def keys(self) -> list[str]:
        return sorted(str(entry.object_name) for entry in self._client.list_objects(_BUCKET, recursive=True))

    def _answers(self) -> bool:
        try:
            self._client.list_buckets()
        except Exception:
            return False
        return True


def build() -> Path:
    """Return MinIO's program, from the user's cache directory or from a build of its module (minutes)."""
    go = Go(_MODULE)
    digest = hashlib.sha256()
    module = [(_MODULE / name).read_bytes() for name in ("go.mod", "go.sum")]
    for part in (*module, repr((go.identity, _FLAGS)).encode()):
        digest.update(hashlib.sha256(part).digest())
    # Not in the toolchain's cache, whose lock would keep other builds waiting.
    directory = cache.directory().parent / "test-servers"
    program = directory / f"minio-{digest.hexdigest()[:16]}"
    with exclusive(directory / "lock", lambda _: None):
        if not program.exists():
            with TemporaryDirectory(dir=directory) as temporary:
                built = Path(temporary, "minio")
                flags = (*_FLAGS, "-o", str(built))
                go.run("build", "-v", *flags, _PACKAGE, temporary=Path(temporary), is_progress=_is_package)
                built.rename(program)
    return program


def _is_package(line: str) -> bool:
    """Return whether a line of go's output names a downloaded module or a compiled package."""
    return line.startswith("go: downloading ") or " " not in line
