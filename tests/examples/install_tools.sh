#!/bin/sh
# Installs the Node packages of the example in TypeScript, for its test; quick when they are there.
set -eu
cd "$(dirname "$0")/../../examples/typescript"

if ! command -v npm >/dev/null; then
  echo "The example in TypeScript needs npm: install Node 20 or later" >&2
  exit 1
fi
# One installation at a time: two runs of the tests may begin together.
exec 9<.
flock 9
# A copy of the lock, made last: there only after a complete installation.
installed=node_modules/.installed
if ! cmp -s package-lock.json "$installed"; then
  echo "Pulumi's SDK for Node: about half a minute"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json "$installed"
fi
