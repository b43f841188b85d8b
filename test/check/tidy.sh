#!/usr/bin/env bash
# tidy.sh BUILD FILE...: clang-tidy on each file; says what it finds, and how long it took.
set -euo pipefail
build=$1
shift
[ -f "$build/compile_commands.json" ] || { echo "no compile commands in $build: run 'make build' first"; exit 1; }
started=$SECONDS
failed=0
# Without its count of warnings in headers of others, which it leaves out.
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$build" --quiet 2> >(grep -v ' warnings\? generated' >&2) || failed=1
echo "clang-tidy: $# files in $((SECONDS - started)) s"
exit "$failed"
