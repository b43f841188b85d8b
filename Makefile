# Thin: every target is a few commands that one could type. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SAMPLE ?= hello_nexus
PRESET ?= dev
TARGETS ?=
BUILD := build/$(PRESET)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
CXX_FILES = git ls-files '*.hpp' '*.cpp'

.PHONY: help deps proto build demo demo-secure test asan tsan interop interop-cluster package install-test docs web web-packages web-check web-test check format fuzz stalls kitchen-sink sdk-python tidy bench bench-full bench-build bench-gate clean

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

PACKAGES ?= packages.txt
deps: ## Installs the Debian packages of packages.txt that are missing
	@missing=$$(for p in $$(cat $(PACKAGES)); do dpkg-query -W -f '$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$missing"; \
	  $(SUDO) apt-get update -q; \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -q --no-install-recommends $$missing; \
	fi

proto: deps ## Builds the Temporal API messages once, for every other build
	@[ -f build/proto/build.ninja ] || cmake -S proto -B build/proto -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 >/dev/null
	@flock build/proto/.lock ninja -C build/proto

build: proto ## Builds everything, or TARGETS (PRESET=dev|asan|tsan|release|package)
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET) >/dev/null
	@flock $(BUILD)/.lock ninja -C $(BUILD) $(TARGETS)
	@[ $(PRESET) != dev ] || ln -sfn dev/bin build/bin

demo: deps ## Sets up, builds, and runs the published Nexus guide, or SAMPLE, with real processes
	@apps/samples/demo.py --programs $(SAMPLE) > /dev/null
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS="troupe $$(apps/samples/demo.py --programs $(SAMPLE))"
	@apps/samples/demo.py $(SAMPLE) build/bin

demo-secure: deps ## The cloud chapter of the guides: certificates, API keys, an endpoint with a list of callers
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS="troupe hello_nexus_handler hello_nexus_caller"
	@apps/samples/hello_nexus/demo_secure.sh build/bin

test: ## Builds and runs all tests but interop and perf
	@$(MAKE) --no-print-directory build PRESET=dev
	@ctest --preset dev --progress
	@sed -nE 's/.*(identities: [0-9]+ .*)/\1/p' build/dev/Testing/Temporary/LastTest.log

asan: ## The same tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory build PRESET=asan
	@ctest --preset asan --progress

tsan: ## What has threads and no CAF, under ThreadSanitizer
	@$(MAKE) --no-print-directory build PRESET=tsan TARGETS=tsan_programs
	@ctest --preset tsan --progress

FUZZ_SECONDS ?= 30
fuzz: ## Runs libFuzzer on every parser of foreign bytes, FUZZ_SECONDS (30) each
	@$(MAKE) --no-print-directory build PRESET=asan TARGETS=fuzz_programs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) ctest --test-dir build/asan --label-regex fuzz --no-tests=error --parallel 2 --output-on-failure --progress

STALL_MILLISECONDS ?= 25
stalls: ## Says which request holds the service's shard longer than STALL_MILLISECONDS (25)
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS=heavy_requests
	@build/dev/bin/test/heavy_requests $(STALL_MILLISECONDS)

kitchen-sink: ## Runs 10,000 random programs of everything a workflow can do, in virtual time
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS=kitchen_sink
	@build/dev/bin/bench/kitchen_sink --programs 10000

interop: ## Builds the real Temporal CLI and server, then runs the tests against them and the official SDKs
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS='all interop_programs'
	@test/interop/run.sh build/bin

interop-cluster: ## The real server as a cluster on PostgreSQL, with our workers; one of its history hosts is killed
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS=cluster_peer
	@test/interop/build_peers.sh build/peers server python cluster
	@TROUPE_BIN=$(CURDIR)/build/bin TROUPE_PEERS=$(CURDIR)/build/peers TEMPORAL_EXE=$(CURDIR)/build/peers/temporal build/peers/venv/bin/python test/interop/cluster/cluster.py

SDK_PYTHON ?=
sdk-python: ## Runs the official Python SDK's own tests on our service (SDK_PYTHON=its checkout at tag 1.31.0)
	@[ -n "$(SDK_PYTHON)" ] || { echo "say where temporalio/sdk-python is checked out at tag 1.31.0: make sdk-python SDK_PYTHON=FOLDER" >&2; exit 1; }
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS=troupe
	@test/interop/build_peers.sh build/peers server python
	@TROUPE_BIN=$(CURDIR)/build/bin TEMPORAL_EXE=$(CURDIR)/build/peers/temporal test/interop/sdk_python.py "$(SDK_PYTHON)" $(SDK_PYTHON_FLAGS)

package: proto ## Builds the Debian packages into build/packages
	@$(MAKE) --no-print-directory build PRESET=package
	@rm -rf build/packages
	@cpack --config build/package/CPackConfig.cmake -B build/packages | grep generated

install-test: package ## The packages, our tree in another project from nothing, and GCC 13 or newer
	@SOURCE=$(CURDIR) WORK=$(CURDIR)/build/install-test DEBS=$(CURDIR)/build/packages COMPILER=clang++-19 \
	  CMAKE_BUILD_TYPE=Release CMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" TROUPE_WARNINGS=ON CCACHE_BASEDIR=$(CURDIR) CCACHE_NOHASHDIR=1 \
	  CMAKE_CXX_COMPILER_LAUNCHER=ccache python3 test/install/install_test.py packages fetch_content add_subdirectory
	@test/install/gcc.sh build/gcc

docs: ## Writes the reference of the public headers to build/docs/html (needs doxygen); a warning is an error
	@command -v doxygen >/dev/null || { echo "make docs needs a package: apt-get install --no-install-recommends doxygen" >&2; exit 1; }
	@mkdir -p build/docs
	@doxygen docs/Doxyfile 2>&1 | tee build/docs/warnings
	@[ ! -s build/docs/warnings ] && echo "docs: build/docs/html/index.html"

web-packages:
	@command -v npm >/dev/null || { echo "the Web UI's sources need Node 20 or newer, with npm; the binary is built without them, of apps/web/dist" >&2; exit 1; }
	@[ apps/web/node_modules/.package-lock.json -nt apps/web/package-lock.json ] || npm --prefix apps/web ci --silent

web: web-packages ## Builds the Web UI into apps/web/dist (needs Node 20 or newer)
	@node apps/web/scripts/build.mjs

web-check: web-packages ## Checks that apps/web/dist is what its sources make, their format and types, and runs their unit tests
	@npm --prefix apps/web run --silent format:check
	@npm --prefix apps/web run --silent types
	@node apps/web/scripts/check.mjs
	@node apps/web/scripts/test.mjs unit

WEB_SERVERS ?= real ours
web-test: web-packages ## Tests the Web UI in Chromium: our page against the real server, and the one that ours serves (WEB_SERVERS)
	@$(MAKE) --no-print-directory deps PACKAGES=apps/web/packages.txt
	@$(MAKE) --no-print-directory build PRESET=dev TARGETS='troupe activities_worker children_worker hello_nexus_caller hello_nexus_handler messages_worker nexus_standalone_operations polling_worker'
	@case " $(WEB_SERVERS) " in *" real "*) test/interop/build_peers.sh build/peers server && node apps/web/scripts/test.mjs browser;; esac
	@case " $(WEB_SERVERS) " in *" ours "*) TROUPE_WEB_SERVED=1 TROUPE_WEB_SERVER=$(CURDIR)/build/bin/troupe node apps/web/scripts/test.mjs browser;; esac

check: proto ## Format, layering, public headers, tidy
	@test/check/check.sh

tidy: ## clang-tidy over every source, an hour or more; 'make check' does the folders that it has time for
	@cmake --preset dev -B build/tidy -DCMAKE_UNITY_BUILD=OFF >/dev/null
	@ninja -C build/tidy
	@test/check/tidy.sh $$(git ls-files '*.cpp')

bench: bench-build ## Measures against the budgets: 3 short rounds (the peers that are installed run too)
	@bench/run.py --rounds 3 --seconds 2 --overload-seconds 15

bench-full: bench-build ## The same with 5 rounds of 10 s and a minute of overload
	@bench/run.py --rounds 5 --seconds 10 --overload-seconds 60

bench-build: proto
	@$(MAKE) --no-print-directory build PRESET=release TARGETS=bench_programs
	@bench/peers/build.sh build/peers

UPDATE ?=
bench-gate: proto ## Compares instruction counts with bench/baselines (UPDATE=1 writes them), and headers with their budgets
	@bench/headers.py
	@$(MAKE) --no-print-directory build PRESET=release TARGETS=bench_gate_programs
	@bench/gate.py $(if $(UPDATE),--update)

format: ## Formats every C++ file in place
	@$(CXX_FILES) | xargs clang-format-19 -i

clean: ## Removes what was built
	@rm -rf build
