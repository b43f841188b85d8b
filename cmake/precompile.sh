#!/usr/bin/env bash
# precompile.sh COMPILER ARGUMENTS: the compiler launcher of precompiled headers. They hold paths, so ccache must neither
# keep them nor compare them; what it compares instead (CCACHE_PCH_EXTSUM) is a sum over all headers that went in, and over
# the sum of other precompiled headers.
set -euo pipefail
"$@"
output='' dependencies=''
while [ $# -gt 0 ]; do
  case $1 in
    -o) output=$2 ;;
    -MF) dependencies=$2 ;;
  esac
  shift
done
sed -e 's/^[^:]*: *//' -e 's/\\$//' "$dependencies" | xargs -n 1 | sed 's/\.pch$/&.sum/' | xargs cat | sha256sum >"$output.sum"
