#!/usr/bin/env bash
# The rules of the tree that no compiler sees: format, who may include what, headers that compile alone, tidy.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

say() { printf '%s\n' "$*"; }
bad() { say "check: $*"; failed=1; }

# -- format ----------------------------------------------------------------------------------------
if ! git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run --Werror 2> build/format.log; then
  grep -m 10 'error:' build/format.log || true
  bad "some files are not formatted: run 'make format'"
fi

# -- layering --------------------------------------------------------------------------------------
# forbid <what for> <pattern> <files...>
forbid() {
  local why=$1 pattern=$2
  shift 2
  local hits
  hits=$(git ls-files "$@" | xargs -r grep -nHE "$pattern" || true)
  [ -z "$hits" ] || { say "$hits"; bad "$why"; }
}
forbid "CAF is included outside actors/" '#include *[<"]caf/' 'runtime/*' 'apps/*' 'proto/*' ':!apps/samples/embedded_actors/*'
forbid "threads, locks or gRPC in the deterministic folders" '#include *<(thread|mutex|condition_variable|grpc[^>]*)' \
  'runtime/workflow/*' 'runtime/nexus/*' 'runtime/include/troupe/workflow/*' 'runtime/include/troupe/nexus/*'
forbid "the embedded service's rules use the client or the workflow engine" '#include *[<"](runtime/(client|workflow)/|troupe/(client|workflow))' \
  'runtime/embedded/*'
forbid "relative includes" '#include *"\.\./' '*.hpp' '*.cpp'
hits=$(git ls-files 'runtime/include/*' 'actors/include/*' | grep -vE 'troupe/((proto|caf)\.hpp|caf/\w+\.hpp)$' |
  xargs grep -nHE '#include *[<"](caf/|grpc|google/protobuf|temporal/|.*\.pb\.h)' || true)
[ -z "$hits" ] || { say "$hits"; bad "a public header shows gRPC, protobuf or CAF"; }

# -- public headers compile alone ------------------------------------------------------------------
headers=$(git ls-files 'runtime/include/*.hpp' 'actors/include/*.hpp')
if ! printf '%s\n' $headers | xargs -P "$(nproc)" -I{} clang++-19 -std=c++20 -fsyntax-only -x c++ -Wall -Wextra -Werror \
  -Wno-pragma-once-outside-header -I. -Iruntime/include -Iactors/include -isystem build/proto/gen {}; then
  bad "a public header does not compile alone"
fi

# -- clang-tidy on what is affordable ----------------------------------------------------------------
# A file takes 10 to 40 s of a core, nearly all of it in headers of others, and there are some 400. So here are the
# folders where a mistake is hardest to see by a test: what all others stand on, and what several threads use.
# `make tidy` looks at everything, and is for who changes something. Left out:
#   runtime/payload, runtime/workflow  single-threaded; their templates take longest
#   runtime/rpc, client, protocol      asan, tsan and the fuzzers run over all of it
#   runtime/embedded                   pure rules: the golden histories and the fuzzers see a wrong line sooner
#   actors/worker, actors/embedded     the headers of CAF and gRPC make a file cost 40 s
#   actors/public, actors/bridge       thin, and the same
#   actors/supervision, actors/testing thin, and the same
#   runtime/activity                   single-threaded, as runtime/nexus, whose shape it has
#   runtime/codec, runtime/http, otlp  Boost.Beast makes a file cost 40 s; tsan and asan run over them
#   runtime/gateway, nexus_http, nexus_peer  the same, and the fuzzers read what comes from outside
#   runtime/access                     OpenSSL; the table of identities and planted files try its every branch
#   runtime/determinism, tuning        small, and single-threaded but for a lock
#   apps, bench                        single-threaded programs that end
#   test                               Boost.Test's macros are most of what it finds there
sources=$(git ls-files 'runtime/base/*.cpp' 'runtime/nexus/*.cpp' 'runtime/telemetry/*.cpp' 'actors/shard/*.cpp' \
  'actors/worker/work_pool.cpp' 'actors/worker/slots/*.cpp')
test/check/tidy.sh $sources || bad "clang-tidy found something"

[ "$failed" = 0 ] && say "check: all good"
exit "$failed"
