// SPDX-License-Identifier: Apache-2.0
// `troupe operator ...`.

#include "apps/troupe/cli.hpp"
#include "apps/troupe/operator/api_key_commands.hpp"
#include "apps/troupe/operator/cluster_commands.hpp"
#include "apps/troupe/operator/endpoint_commands.hpp"
#include "apps/troupe/operator/namespace_commands.hpp"
#include "apps/troupe/operator/search_attribute_commands.hpp"

#include <CLI/CLI.hpp>

namespace troupe::cli {

void add_operator_commands(CLI::App& app, const global_flags& flags) {
  auto* group = app.add_subcommand("operator", "Manage a Temporal service")->require_subcommand(1);
  add_cluster_commands(*group, flags);
  add_search_attribute_commands(*group, flags);
  add_namespace_commands(*group, flags);
  add_endpoint_commands(*group, flags);
  add_api_key_commands(*group, flags);
}

} // namespace troupe::cli
