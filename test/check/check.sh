#!/usr/bin/env bash
# The rules of the tree that no compiler sees: format, who may include what, headers that compile alone, tidy.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build/dev}
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
forbid "CAF is included outside actors/" '#include *[<"]caf/' 'runtime/*' 'apps/*' 'proto/*'
forbid "threads, locks or gRPC in the deterministic folders" '#include *<(thread|mutex|condition_variable|grpc[^>]*)' \
  'runtime/workflow/*' 'runtime/nexus/*' 'runtime/include/troupe/workflow/*' 'runtime/include/troupe/nexus/*'
forbid "the embedded service's rules use the client or the workflow engine" '#include *[<"](runtime/(client|workflow)/|troupe/(client|workflow))' \
  'runtime/embedded/*'
forbid "relative includes" '#include *"\.\./' '*.hpp' '*.cpp'
hits=$(git ls-files 'runtime/include/*' 'actors/include/*' | grep -vE 'troupe/(proto|caf)\.hpp$' |
  xargs grep -nHE '#include *[<"](caf/|grpc|google/protobuf|temporal/|.*\.pb\.h)' || true)
[ -z "$hits" ] || { say "$hits"; bad "a public header shows gRPC, protobuf or CAF"; }

# -- public headers compile alone ------------------------------------------------------------------
headers=$(git ls-files 'runtime/include/*.hpp' 'actors/include/*.hpp')
if ! printf '%s\n' $headers | xargs -P "$(nproc)" -I{} clang++-19 -std=c++20 -fsyntax-only -x c++ -Wall -Wextra -Werror \
  -Wno-pragma-once-outside-header -I. -Iruntime/include -Iactors/include -isystem build/proto/gen {}; then
  bad "a public header does not compile alone"
fi

# -- clang-tidy on what is affordable: the sources of this change, or a few that always matter ------
if [ -f "$build/compile_commands.json" ]; then
  sources=$(git ls-files 'runtime/base/*.cpp' 'runtime/nexus/*.cpp' 'actors/shard/*.cpp')
  if ! printf '%s\n' $sources | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$build" --quiet 2> build/tidy.log; then
    bad "clang-tidy found something"
  fi
else
  bad "no compile commands in $build: run 'make build' first"
fi

[ "$failed" = 0 ] && say "check: all good"
exit "$failed"
