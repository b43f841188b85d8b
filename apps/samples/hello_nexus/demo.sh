#!/usr/bin/env bash
# The published Nexus guide, run for real: a dev server, two namespaces, an endpoint, a handler worker and a caller
# worker as processes of their own, and a caller workflow started from the command line.
# Exits non-zero if anything differs from what the guide promises, and leaves no process behind.
set -euo pipefail
bin=$(realpath "${1:-build/bin}")
troupe=$bin/troupe
work=$(mktemp -d)
children=()

finish() {
  local status=$?
  for child in "${children[@]}"; do kill "$child" 2> /dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2> /dev/null || true; done
  [ "$status" = 0 ] || tail -n 20 "$work"/*.log >&2 || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ troupe %s\n' "$*"; "$troupe" "$@"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

port=$(free_port)
export TEMPORAL_ADDRESS=127.0.0.1:$port

say "A Temporal service of our own, in memory"
printf '$ troupe server start-dev --port %s --headless &\n' "$port"
"$troupe" server start-dev --port "$port" --headless > "$work/server.log" 2>&1 &
children+=($!)
for _ in $(seq 100); do
  "$troupe" operator cluster health > /dev/null 2>&1 && break
  kill -0 "${children[0]}" 2> /dev/null || fail "the server did not start"
  sleep 0.1
done
run operator cluster health

say "A namespace for the caller, one for the handler, an endpoint between them"
run operator namespace create --namespace my-target-namespace
run operator namespace create --namespace my-caller-namespace
run operator nexus endpoint create --name my-nexus-endpoint-name \
  --target-namespace my-target-namespace --target-task-queue my-handler-task-queue

say "A handler worker and a caller worker, each a process of its own"
printf '$ samples/hello_nexus_handler &\n$ samples/hello_nexus_caller &\n'
"$bin/samples/hello_nexus_handler" > "$work/handler.log" 2>&1 &
children+=($!)
"$bin/samples/hello_nexus_caller" > "$work/caller.log" 2>&1 &
children+=($!)

say "The caller workflow: one operation answered at once, one by a workflow"
run workflow execute --namespace my-caller-namespace --type CallerWorkflow \
  --task-queue hello-nexus-basic-caller-task-queue --workflow-id hello-nexus --input '"world"' | tee "$work/result"
grep -q 'Hello world from sync operation!' "$work/result" || fail "the sync operation's result is missing"
grep -q 'Hello world from workflow run operation!' "$work/result" || fail "the workflow-run operation's result is missing"

say "The caller's history"
run workflow show --namespace my-caller-namespace --workflow-id hello-nexus | tee "$work/history"
seen=$(grep -oE 'NexusOperation[A-Za-z]+' "$work/history" | tr '\n' ' ')
promised="NexusOperationScheduled NexusOperationStarted NexusOperationCompleted \
NexusOperationScheduled NexusOperationCompleted "
[ "$seen" = "$promised" ] || fail "the caller's Nexus events are: $seen"

say "All as the guide says."
