#!/usr/bin/env bash
# Builds the real Temporal CLI and server and the Python SDK's environment into a folder, once. What cannot be built
# here is left out, with the reason on standard output: who needs it looks whether it is there.
set -euo pipefail
mkdir -p "$1"
peers=$(realpath "$1")
cd "$(dirname "$0")"

left_out() { printf 'peers: %s is left out, %s\n' "$1" "$2"; }

why_no_go() {
  command -v go > /dev/null || { echo "Go 1.26 is not installed"; return; }
  local minor
  minor=$(go env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
  [ "$minor" -ge 26 ] || echo "it needs Go 1.26, this is $(go env GOVERSION)"
}

server() {
  [ ! -x "$peers/temporal" ] || return 0
  [ -z "$no_go" ] || { left_out "the real server" "$no_go"; return 0; }
  echo "peers: building the real Temporal CLI and server (some minutes the first time)"
  (cd peer && go build -o "$peers/temporal" \
    -ldflags "-X github.com/temporalio/cli/internal/temporalcli.Version=1.8.2" github.com/temporalio/cli/cmd/temporal)
}

go_peer() {
  [ -z "$no_go" ] || { left_out "the Go SDK" "$no_go"; return 0; }
  (cd peers/go && go build -o "$peers/matrix_go" .)
}

python() {
  command -v python3 > /dev/null || { left_out "the Python SDK" "Python 3 is not installed"; return 0; }
  if [ ! -x "$peers/venv/bin/python" ]; then
    python3 -m venv "$peers/venv" || { left_out "the Python SDK" "python3 -m venv does not work (Debian: python3-venv)"; return 0; }
  fi
  "$peers/venv/bin/python" -c 'import temporalio, cryptography' 2> /dev/null ||
    "$peers/venv/bin/pip" install --quiet temporalio==1.35.0 cryptography==48.0.0
}

no_go=$(why_no_go)
failed=0
for peer in server python go_peer; do
  $peer || failed=1
done
exit "$failed"
