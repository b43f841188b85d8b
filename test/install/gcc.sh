#!/usr/bin/env bash
# Builds and installs the libraries with GCC 13 or newer, and with them the program of 20 lines. Debian 12 has none, so
# this is done in a folder with Debian 13 (kept in build/, 1.5 GB), which is made from the same mirror that apt uses here.
# Says what it skips and why where that cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(realpath -m "${1:-build/gcc}")
packages="g++ cmake ninja-build ccache pkg-config protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev
  libcaf-dev libsimdjson-dev libtoml11-dev libboost-dev libssl-dev libutf8proc-dev zlib1g-dev"

skip() { echo "install: SKIPPED with GCC, $1"; exit 0; }

[ "$(id -u)" = 0 ] || skip "a folder with another Debian needs root"
command -v debootstrap > /dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  debootstrap > /dev/null 2>&1 || skip "debootstrap cannot be installed"
root=$work/debian-13
mkdir -p "$work"
if [ ! -e "$root/.troupe-ready" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | sort -u |
    grep -v security | head -n 1)
  [ -n "$mirror" ] || skip "apt has no Debian mirror"
  echo "install: making a folder with Debian 13 (some minutes the first time)"
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates trixie "$root" "$mirror" > "$work/debootstrap.log" 2>&1 ||
    skip "the mirror has no Debian 13: $(tail -n 1 "$work/debootstrap.log")"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -q --no-install-recommends $packages \
    > "$work/packages.log" 2>&1 || skip "packages are missing: $(tail -n 1 "$work/packages.log")"
  touch "$root/.troupe-ready"
fi

rm -rf "$root/src"
mkdir -p "$root/src" "$root/objects"
git ls-files -z | tar --create --null --files-from - | tar --extract --directory "$root/src"
cat > "$root/build.sh" <<'INSIDE'
set -euo pipefail
export CCACHE_DIR=/objects/ccache CCACHE_MAXSIZE=2G
g++ --version | head -n 1
cmake -S /src -B /objects/troupe -G Ninja -DCMAKE_CXX_COMPILER=g++ -DCMAKE_BUILD_TYPE=Gcc -DCMAKE_CXX_FLAGS_GCC=-O0 \
  -DCMAKE_UNITY_BUILD=ON -DTROUPE_CLI=OFF -DTROUPE_SAMPLES=OFF -DTROUPE_TESTS=OFF -DTROUPE_BENCH=OFF > /objects/configure.log
ninja -C /objects/troupe ${NINJA_FLAGS:-}
rm -rf /objects/prefix /objects/hello
cmake --install /objects/troupe --prefix /objects/prefix > /objects/install.log
cmake -S /src/test/install/program -B /objects/hello -G Ninja -DCMAKE_CXX_COMPILER=g++ -DTROUPE_HOW=find_package \
  -DCMAKE_PREFIX_PATH=/objects/prefix > /objects/hello.log
ninja -C /objects/hello
[ "$(timeout 60 /objects/hello/hello)" = "Hello world" ]
INSIDE
chroot "$root" bash /build.sh
echo "install: with GCC, the program was built against the installed libraries and ran"
