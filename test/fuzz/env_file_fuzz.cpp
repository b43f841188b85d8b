// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/env_file.hpp"
#include "test/fuzz/fuzz_input.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

/// YAML in a file in memory, which keeps its name for the whole run.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  static const int file = memfd_create("temporal.yaml", 0);
  fuzz::require(file >= 0, "there are files in memory");
  fuzz::require(ftruncate(file, 0) == 0, "a file in memory can be emptied");
  fuzz::require(
      pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "a file in memory can be written");
  const auto path = "/proc/self/fd/" + std::to_string(file);
  try {
    (void)cli::read_env_file(path);
  } catch (const cli::command_error& refused) {
    const std::string why = refused.what();
    fuzz::require(why.find(path) != std::string::npos, "a refusal names the file");
    fuzz::require(why.size() < 400, "and does not repeat what is in it");
  }
  return 0;
}
