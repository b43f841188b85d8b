#!/usr/bin/env bash
# Builds the real Temporal CLI and server, programs with the official SDKs and the Python SDK's environment into a folder,
# once: `build_peers.sh FOLDER [server|cluster|python|go_peer|typescript_peer|java_peer|official_ui ...]`. What cannot be built here is
# left out, with the reason on standard output: who needs it looks whether it is there.
set -euo pipefail
[ $# -gt 1 ] || set -- "$1" server python go_peer typescript_peer java_peer official_ui
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

# The server's own program, for a cluster of it.
cluster() {
  [ ! -x "$peers/temporal-server" ] || [ ! -x "$peers/temporal-sql-tool" ] || return 0
  [ -z "$no_go" ] || { left_out "the server of a cluster" "$no_go"; return 0; }
  echo "peers: building the real server for a cluster (some minutes the first time)"
  (cd peer && go build -o "$peers/temporal-sql-tool" go.temporal.io/server/cmd/tools/sql &&
    go build -o "$peers/temporal-server" go.temporal.io/server/cmd/server)
}

go_peer() {
  [ -z "$no_go" ] || { left_out "the Go SDK" "$no_go"; return 0; }
  (cd peers/go && go build -o "$peers/matrix_go" .)
  (cd peers/go_http && go build -o "$peers/nexus_http_go" .)
}

# Whether what is built in a folder is of other sources than there are; says so only once.
changed() {
  local now
  now=$(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$(cat "$2/sources" 2> /dev/null)" != "$now" ] || return 1
  mkdir -p "$2"
  rm -f "$2/sources"
  built_of=$now
}

typescript_peer() {
  command -v npm > /dev/null || { left_out "the TypeScript SDK" "Node 20 with npm is not installed"; return 0; }
  node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' ||
    { left_out "the TypeScript SDK" "it needs Node 20, this is $(node --version)"; return 0; }
  changed peers/typescript "$peers/typescript" || return 0
  local install=false
  cmp --silent peers/typescript/package-lock.json "$peers/typescript/node_modules/.of" || install=true
  cp -r peers/typescript/. "$peers/typescript"
  (
    cd "$peers/typescript"
    if $install; then
      npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.of || exit
    fi
    npm run --silent build
  ) || return
  echo "$built_of" > "$peers/typescript/sources"
}

java_peer() {
  command -v mvn > /dev/null || { left_out "the Java SDK" "Java 17 with Maven is not installed (Debian: maven)"; return 0; }
  changed peers/java "$peers/java" || return 0
  mvn --quiet --batch-mode --file peers/java/pom.xml -DbuiltAt="$peers/java" package || return
  echo "$built_of" > "$peers/java/sources"
}

# Temporal's Web UI, and what drives a browser before it.
official_ui() {
  [ -z "$no_go" ] || { left_out "the official Web UI" "$no_go"; return 0; }
  command -v npm > /dev/null || { left_out "the official Web UI" "Node 20 with npm, for the browser, is not installed"; return 0; }
  [ -d ../../apps/web/node_modules/playwright-core ] || npm --prefix ../../apps/web ci --silent || return
  [ -x "$peers/ui-server" ] || (cd peer && go build -o "$peers/ui-server" github.com/temporalio/ui-server/v2/cmd/server)
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
for peer in "${@:2}"; do
  $peer && continue
  case $peer in
  # A registry that cannot be reached takes nothing from the tests of the others.
  go_peer | typescript_peer | java_peer | official_ui) left_out "$peer" "its build failed, as told above" ;;
  *) failed=1 ;;
  esac
done
exit "$failed"
