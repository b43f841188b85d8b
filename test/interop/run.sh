#!/usr/bin/env bash
# Builds the real Temporal CLI and server and the Python SDK's environment once, then runs the interop tests.
# Says what it skips and why where Go or Python is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${1:-build/bin}")
peers=build/peers

test/interop/build_peers.sh "$peers"
for needed in "$peers/temporal" "$peers/venv/bin/python"; do
  [ -x "$needed" ] || { echo "interop: SKIPPED, without $needed there is nothing to test against"; exit 0; }
done

export TROUPE_BIN=$bin TROUPE_PEERS=$(realpath "$peers") TEMPORAL_EXE=$(realpath "$peers/temporal")
exec "$peers/venv/bin/python" -m unittest discover --start-directory test/interop --pattern '*_test.py' --verbose "${@:2}"
