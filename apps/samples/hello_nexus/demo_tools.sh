# What demo.sh and demo_secure.sh share: sourced with the folder of the programs as first argument, by default build/bin.
# Processes whose ids are put into `children`, and the folder `work`, end with the script, however that ends.
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
