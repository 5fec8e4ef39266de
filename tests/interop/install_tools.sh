#!/bin/sh
# Installs what the tests with Node need besides the Python environment; quick when it is there.
set -eu
cd "$(dirname "$0")"

refuse() {
  echo "The tests with real MCP clients $*. To run all others: .venv/bin/pytest tests --ignore=tests/interop" >&2
  exit 1
}

if [ "$(uname -sm)" != "Linux x86_64" ]; then
  refuse "run on Linux on x86-64 only, for which there is the Node that the Inspector needs"
fi

# One installation at a time: two runs of the tests may begin together.
exec 9<.
flock 9

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Chromium and its driver, from the distribution's packages: about a minute"
    apt-get update --quiet=2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
      chromium chromium-driver >/dev/null
  else
    refuse "need the commands chromium and chromedriver, which only root can install here, by apt-get: install" \
      "Debian's packages chromium and chromium-driver, or what your system calls them"
  fi
fi

if ! command -v npm >/dev/null; then
  refuse "need npm: install Node 20 or later"
fi
# Both projects need a newer Node than npm may run on; it is among their packages.
for project in node ../../examples/validators/typescript; do
  # A copy of the lock, made last: there only after a complete installation.
  installed=$project/node_modules/.installed
  if ! cmp -s "$project/package-lock.json" "$installed"; then
    echo "Packages of $project: about half a minute"
    npm ci --prefix "$project" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp "$project/package-lock.json" "$installed"
  fi
done
