// SPDX-License-Identifier: Apache-2.0
// For builds without the embedded service.

#include "apps/troupe/cli.hpp"

#include <CLI/CLI.hpp>

namespace troupe::cli {

void add_server_command(CLI::App& app, const global_flags&) {
  app.add_subcommand("server", "Not in this build")
      ->fallthrough(false)
      ->prefix_command()
      ->callback([] { throw command_error("this build of troupe has no service"); });
}

} // namespace troupe::cli
