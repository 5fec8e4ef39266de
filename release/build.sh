#!/bin/sh
# Builds what a release publishes, into dist/: wheel, sdist, SBOM (CycloneDX) and their SHA-256 checksums.
#
# The result depends on the commit alone: archives have its date, and the SBOM is that of the locked dependencies.
set -eu
cd "$(dirname "$0")/.."
: "${PYTHON:=.venv/bin/python}"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

rm -rf dist
"$PYTHON" -m hatchling build -t sdist -t wheel -d dist
version=$("$PYTHON" -m hatchling version)
# The tool warns that the lock does not say which dependencies are direct.
"$PYTHON" -W ignore -m cyclonedx_py requirements requirements/deploy.txt --pyproject pyproject.toml \
  --mc-type application --output-reproducible --output-file "dist/flow_mcp-$version.cdx.json"
cd dist
sha256sum -- * > SHA256SUMS
cat SHA256SUMS
