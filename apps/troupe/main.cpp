// SPDX-License-Identifier: Apache-2.0
// The one binary: `troupe server`, `troupe operator`, `troupe workflow`.

#include "apps/troupe/program.hpp"

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
  // A reader that has gone (`| head`) ends a command quietly.
  std::signal(SIGPIPE, SIG_DFL);
  const auto outcome = troupe::cli::run_program(argc, argv, troupe::cli::add_server_command);
  if (!outcome.error.empty())
    std::fprintf(stderr, "Error: %s\n", outcome.error.c_str());
  return outcome.exit_code;
}
