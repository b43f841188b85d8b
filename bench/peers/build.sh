#!/usr/bin/env bash
# Builds the peers that can be built here; says which cannot, and why. The suite runs those that are there.
set -euo pipefail
mkdir -p "$1"
peers=$(realpath "$1")
cd "$(dirname "$0")"

# A peer that does not build (no network, say) must not keep the others from being measured.
../../test/interop/build_peers.sh "$peers" || echo "peers: not all could be built, see above"
if command -v go > /dev/null; then
  (cd go && go build -o "$peers/go_worker" .) || echo "peers: the Go worker is left out, it does not build"
else
  echo "peers: the Go worker is left out, Go 1.26 is not installed"
fi
