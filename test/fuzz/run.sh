#!/usr/bin/env bash
# run.sh PROGRAM SEEDS FOUND: fuzzes for FUZZ_SECONDS (30), keeps what covers more in FOUND. FUZZ_SEED makes it the same
# each time, as far as the time goes.
set -euo pipefail
mkdir -p "$3"
exec "$1" -seed="${FUZZ_SEED:-0}" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=5 -rss_limit_mb=2048 -max_len=65536 -verbosity=1 \
  -print_final_stats=1 -artifact_prefix="$3/" "$3" "$2"
