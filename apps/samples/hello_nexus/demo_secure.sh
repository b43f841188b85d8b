#!/usr/bin/env bash
# The cloud chapter of the published Nexus guides, on a service of our own: two namespaces with a certificate authority
# each, an endpoint that admits the caller's namespace, an operator with an API key. The workers are those of demo.sh: they
# come in with certificates, then with an API key and by a profile; only environment variables differ.
# Exits non-zero if somebody gets in who must not, or somebody does not who must; leaves no process behind.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
source "$here/demo_tools.sh"
cd "$work"

refused() { # what it must say, then the command
  local words=$1 out
  shift
  printf '$ troupe %s\n' "$*"
  if out=$("$troupe" "$@" 2>&1); then fail "this must be refused: troupe $*"; fi
  printf '%s\n' "$out"
  [[ $out == *"$words"* ]] || fail "refused, but not with: $words"
}
as_caller() {
  env TEMPORAL_TLS_CLIENT_CERT_PATH=caller.pem TEMPORAL_TLS_CLIENT_KEY_PATH=caller.key "$@"
}

say "Certificates: an authority for each namespace, one for the service"
run cert ca --org my-caller-org --validity-period 1y --ca-cert caller-ca.pem --ca-key caller-ca.key
run cert ca --org my-handler-org --validity-period 1y --ca-cert handler-ca.pem --ca-key handler-ca.key
run cert leaf --org my-caller-org --ca-cert caller-ca.pem --ca-key caller-ca.key --cert caller.pem --key caller.key
run cert leaf --org my-handler-org --ca-cert handler-ca.pem --ca-key handler-ca.key --cert handler.pem --key handler.key
run cert ca --org my-service --ca-cert service-ca.pem --ca-key service-ca.key
run cert leaf --org my-service --host localhost --host 127.0.0.1 --ca-cert service-ca.pem --ca-key service-ca.key \
  --cert service.pem --key service.key

say "API keys for the operator, and for a worker"
for each in operator=temporal-system:admin handler=my-target-namespace:write; do
  run operator api-key create --api-key-file keys.json --name "${each%=*}" --permission "${each#*=}" > "${each%=*}.api-key"
  head -n 1 "${each%=*}.api-key" # the command; the key is shown nowhere
done
operator_key=$(grep '^troupe_' operator.api-key)
handler_key=$(grep '^troupe_' handler.api-key)
run operator api-key list --api-key-file keys.json

say "The service: who has a certificate of an authority may write in its namespace"
port=$(free_port)
serve=(server start-dev --port "$port" --headless --tls-cert-path service.pem --tls-key-path service.key
  --tls-ca-path my-caller-namespace=caller-ca.pem --tls-ca-path my-target-namespace=handler-ca.pem
  --api-key-file keys.json)
printf '$ troupe %s &\n' "${serve[*]}"
"$troupe" "${serve[@]}" > server.log 2>&1 &
children+=($!)
export TEMPORAL_ADDRESS=127.0.0.1:$port TEMPORAL_TLS_SERVER_CA_CERT_PATH=$work/service-ca.pem
for _ in $(seq 100); do
  "$troupe" operator cluster health > /dev/null 2>&1 && break
  kill -0 "${children[0]}" 2> /dev/null || fail "the server did not start"
  sleep 0.1
done

say "The operator makes both namespaces, and an endpoint that admits the caller's"
as_operator() { TEMPORAL_API_KEY=$operator_key run "$@"; }
as_operator operator namespace create --namespace my-caller-namespace --retention 24h
as_operator operator namespace create --namespace my-target-namespace --retention 24h
as_operator operator nexus endpoint create --name my-nexus-endpoint-name \
  --target-namespace my-target-namespace --target-task-queue my-handler-task-queue \
  --allow-namespace my-caller-namespace --description-file "$here/endpoint_description.md"
as_operator operator nexus endpoint get --name my-nexus-endpoint-name | tee endpoint
grep -q 'AllowedNamespaces *my-caller-namespace' endpoint || fail "the endpoint does not show who may call it"

say "The same workers as without certificates; only their environment says more"
printf '$ TEMPORAL_TLS_CLIENT_CERT_PATH=handler.pem TEMPORAL_TLS_CLIENT_KEY_PATH=handler.key samples/hello_nexus_handler &\n'
TEMPORAL_TLS_CLIENT_CERT_PATH=handler.pem TEMPORAL_TLS_CLIENT_KEY_PATH=handler.key \
  "$bin/samples/hello_nexus_handler" > handler.log 2>&1 &
children+=($!)
printf '$ TEMPORAL_TLS_CLIENT_CERT_PATH=caller.pem TEMPORAL_TLS_CLIENT_KEY_PATH=caller.key samples/hello_nexus_caller &\n'
TEMPORAL_TLS_CLIENT_CERT_PATH=caller.pem TEMPORAL_TLS_CLIENT_KEY_PATH=caller.key \
  "$bin/samples/hello_nexus_caller" > caller.log 2>&1 &
children+=($!)

start=(--namespace my-caller-namespace --type CallerWorkflow --task-queue hello-nexus-basic-caller-task-queue
  --input '"world"')
execute() { as_caller timeout 60 "$troupe" workflow execute "${start[@]}" --workflow-id "$1"; }
say "The caller workflow calls across namespaces"
printf '$ troupe workflow execute %s --workflow-id hello-nexus\n' "${start[*]}"
execute hello-nexus | tee result
grep -q 'Hello world from sync operation!' result || fail "the sync operation's result is missing"
grep -q 'Hello world from workflow run operation!' result || fail "the workflow-run operation's result is missing"

say "Others of these workers: one has an API key instead of a certificate, the other a profile for all it needs"
kill "${children[@]:1}"
wait "${children[@]:1}" || true
children=("${children[0]}")
cat > temporal.toml << END
[profile.caller]
address = "$TEMPORAL_ADDRESS"
[profile.caller.tls]
client_cert_path = "$work/caller.pem"
client_key_path = "$work/caller.key"
server_ca_cert_path = "$work/service-ca.pem"
END
printf '$ TEMPORAL_API_KEY=troupe_... samples/hello_nexus_handler &\n'
TEMPORAL_API_KEY=$handler_key "$bin/samples/hello_nexus_handler" > handler_with_key.log 2>&1 &
children+=($!)
by_profile() {
  env -u TEMPORAL_ADDRESS -u TEMPORAL_TLS_SERVER_CA_CERT_PATH TEMPORAL_CONFIG_FILE=temporal.toml TEMPORAL_PROFILE=caller "$@"
}
printf '$ TEMPORAL_PROFILE=caller TEMPORAL_CONFIG_FILE=temporal.toml samples/hello_nexus_caller &\n'
by_profile "$bin/samples/hello_nexus_caller" > caller_by_profile.log 2>&1 &
children+=($!)
printf '$ TEMPORAL_PROFILE=caller TEMPORAL_CONFIG_FILE=temporal.toml troupe workflow execute %s --workflow-id hello-others\n' "${start[*]}"
by_profile timeout 60 "$troupe" workflow execute "${start[@]}" --workflow-id hello-others | tee result
grep -q 'Hello world from workflow run operation!' result || fail "the workers with a key and by a profile do not serve"

say "Nobody else gets in"
refused "Request unauthorized." workflow list --namespace my-caller-namespace
export TEMPORAL_TLS_CLIENT_CERT_PATH=$work/handler.pem TEMPORAL_TLS_CLIENT_KEY_PATH=$work/handler.key
refused "Request unauthorized." workflow list --namespace my-caller-namespace
refused "Request unauthorized." workflow list --namespace no-such-namespace
refused "Request unauthorized." operator nexus endpoint list
unset TEMPORAL_TLS_CLIENT_CERT_PATH TEMPORAL_TLS_CLIENT_KEY_PATH
refused "Request unauthorized." workflow list --namespace my-caller-namespace --api-key troupe_made_up

say "An endpoint that does not admit the caller's namespace"
as_operator operator nexus endpoint update --name my-nexus-endpoint-name --allow-namespace somebody-elses
# A refused task is tried again when its time is over.
as_caller "$troupe" workflow start "${start[@]}" --workflow-id hello-again --task-timeout 2s > /dev/null
for _ in $(seq 100); do
  as_caller "$troupe" workflow show --namespace my-caller-namespace --workflow-id hello-again -o json > history
  grep -q unauthorized history && break
  sleep 0.1
done
grep -o 'caller namespace [^,]* unauthorized for [^,]*' history || fail "the endpoint admits whom it must not"
as_operator operator nexus endpoint update --name my-nexus-endpoint-name --allow-namespace my-caller-namespace
say "It goes on once it is admitted"
as_caller "$troupe" workflow result --namespace my-caller-namespace --workflow-id hello-again

say "A key that is revoked is none any more, from the next second on"
run operator api-key revoke --api-key-file keys.json --id "$(cut -d_ -f2 <<< "$operator_key")"
for _ in $(seq 100); do
  TEMPORAL_API_KEY=$operator_key "$troupe" operator namespace list > /dev/null 2>&1 || break
  sleep 0.1
done
TEMPORAL_API_KEY=$operator_key refused "Request unauthorized." operator namespace list

say "All as the cloud chapter says."
