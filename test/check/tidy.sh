#!/usr/bin/env bash
# tidy.sh FILE...: clang-tidy on each file; says what it finds, and how long it took.
set -euo pipefail
cd "$(dirname "$0")/../.."
started=$SECONDS
failed=0
# A folder of its own, as the commands of a unity build name units and not sources.
build=build/tidy
cmake --preset dev -B $build -DCMAKE_UNITY_BUILD=OFF > /dev/null
ninja -C $build --quiet troupe_precompiled_messages_ready troupe_precompiled_actors_ready troupe_record_proto
# Without its count of warnings in headers of others, which it leaves out.
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p $build --quiet 2> >(grep -v ' warnings\? generated' >&2) || failed=1
echo "clang-tidy: $# files in $((SECONDS - started)) s"
exit "$failed"
