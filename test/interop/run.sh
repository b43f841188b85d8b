#!/usr/bin/env bash
# Builds the real Temporal CLI and server and the Python SDK's environment once, then runs the interop tests.
# Says what it skips and why where Go or Python is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:-build/bin}")
peers=build/peers
mkdir -p "$peers"

skip() { printf 'interop: SKIPPED, %s\n' "$1"; exit 0; }

command -v go > /dev/null || skip "Go 1.26 is not installed, so the real server cannot be built"
go_minor=$(go env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
[ "$go_minor" -ge 26 ] || skip "the real server needs Go 1.26, this is $(go env GOVERSION)"
command -v python3 > /dev/null || skip "Python 3 is not installed"

if [ ! -x "$peers/temporal" ]; then
  echo "interop: building the real Temporal CLI and server (some minutes the first time)"
  (cd test/interop/peer && go build -o "../../../$peers/temporal" \
    -ldflags "-X github.com/temporalio/cli/internal/temporalcli.Version=1.8.2" github.com/temporalio/cli/cmd/temporal)
fi
if [ ! -x "$peers/venv/bin/python" ]; then
  python3 -m venv "$peers/venv" || skip "python3 -m venv does not work here (Debian: python3-venv)"
fi
"$peers/venv/bin/python" -c 'import temporalio' 2> /dev/null ||
  "$peers/venv/bin/pip" install --quiet temporalio==1.35.0

export TROUPE_BIN=$bin TEMPORAL_EXE=$(realpath "$peers/temporal")
exec "$peers/venv/bin/python" -m unittest discover --start-directory test/interop --pattern '*_test.py' --verbose "${@:2}"
