#!/usr/bin/env bash
# Builds the peers that can be built here; says which cannot.
set -euo pipefail
mkdir -p "$1"
peers=$(realpath "$1")
cd "$(dirname "$0")"
if command -v go > /dev/null; then
  [ -x "$peers/go_worker" ] || (cd go && go build -o "$peers/go_worker" .)
else
  echo "bench: no Go here, so the Go worker is left out"
fi
[ -x "$peers/temporal" ] || echo "bench: the real server is not built (make interop builds it), so it is left out"
[ -x "$peers/venv/bin/python" ] || echo "bench: no Python environment (make interop makes it), so the Python worker is left out"
