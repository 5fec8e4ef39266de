#!/bin/sh
# Installs what the interop tests need besides the Python environment; quick when it is there.
set -eu
cd "$(dirname "$0")"

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Chromium and its driver, from the distribution's packages: about a minute"
    apt-get update --quiet=2
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
      chromium chromium-driver >/dev/null
  else
    echo "The interop tests need the commands chromium and chromedriver: install Debian's packages" \
      "chromium and chromium-driver, or what your system calls them." >&2
    exit 1
  fi
fi

if ! command -v npm >/dev/null; then
  echo "The interop tests need npm: install Node 20 or later." >&2
  exit 1
fi
# A copy of the lock, made last: there only after a complete installation.
installed=node/node_modules/.installed
if ! cmp -s node/package-lock.json "$installed"; then
  echo "MCP clients on Node: about half a minute"
  # The Inspector needs a newer Node than npm may run on; it is among the packages.
  npm ci --prefix node --ignore-scripts --no-audit --no-fund --loglevel=error
  cp node/package-lock.json "$installed"
fi
