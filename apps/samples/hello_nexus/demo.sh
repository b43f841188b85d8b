#!/usr/bin/env bash
# The published Nexus guide, run for real: a dev server, two namespaces, an endpoint, a handler worker and a caller
# worker as processes of their own, and a caller workflow started from the command line.
# Exits non-zero if anything differs from what the guide promises, and leaves no process behind.
set -euo pipefail
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/demo_tools.sh"

port=$(free_port)
ui_port=$(free_port)
export TEMPORAL_ADDRESS=127.0.0.1:$port

say "A Temporal service of our own, in memory"
printf '$ troupe server start-dev --port %s --ui-port %s &\n' "$port" "$ui_port"
"$troupe" server start-dev --port "$port" --ui-port "$ui_port" > "$work/server.log" 2>&1 &
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
ui=http://127.0.0.1:$ui_port/namespaces/my-caller-namespace/workflows/hello-nexus
python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=10)' "$ui" || fail "the Web UI does not answer"
if [ -t 0 ] && [ -t 1 ]; then
  say "The Web UI shows it at $ui: Enter ends the demo, or two minutes."
  read -r -t 120 || true
else
  say "The Web UI showed it at $ui: in a terminal the demo waits there."
fi
