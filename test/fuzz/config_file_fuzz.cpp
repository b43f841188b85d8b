// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/fuzz_input.hpp"

#include <troupe/connection.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <string>

/// A file in memory that keeps its name for the whole run.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  static const int file = memfd_create("temporal.toml", 0);
  fuzz::require(file >= 0, "there are files in memory");
  fuzz::require(ftruncate(file, 0) == 0, "a file in memory can be emptied");
  fuzz::require(
      pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "a file in memory can be written");
  environment_options options;
  options.config_file = "/proc/self/fd/" + std::to_string(file);
  options.variable = [](const std::string&) { return std::optional<std::string>{}; };
  options.variables = [] { return std::vector<std::pair<std::string, std::string>>{}; };
  try {
    (void)connection_options_from_environment(options);
  } catch (const connection_error& refused) {
    fuzz::require(*refused.what() != '\0', "a refusal says why");
  }
  return 0;
}
