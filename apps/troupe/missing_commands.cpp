// SPDX-License-Identifier: Apache-2.0
// What the Temporal CLI has and this build has not. A test holds its tree of commands against ours.

#include "apps/troupe/cli.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <sstream>

namespace troupe::cli {
namespace {

constexpr std::array missing{
    "completion fish",
    "completion powershell",
    "operator cluster remove",
    "operator cluster upsert",
    "schedule backfill",
    "schedule create",
    "schedule delete",
    "schedule describe",
    "schedule list",
    "schedule list-matching-times",
    "schedule toggle",
    "schedule trigger",
    "schedule update",
    "task-queue get-build-id-reachability",
    "task-queue get-build-ids",
    "task-queue list-partition",
    "task-queue update-build-ids add-new-compatible",
    "task-queue update-build-ids add-new-default",
    "task-queue update-build-ids promote-id-in-set",
    "task-queue update-build-ids promote-set",
    "task-queue versioning add-redirect-rule",
    "task-queue versioning commit-build-id",
    "task-queue versioning delete-assignment-rule",
    "task-queue versioning delete-redirect-rule",
    "task-queue versioning get-rules",
    "task-queue versioning insert-assignment-rule",
    "task-queue versioning replace-assignment-rule",
    "task-queue versioning replace-redirect-rule",
    "worker deployment create",
    "worker deployment create-version",
    "worker deployment delete",
    "worker deployment delete-version",
    "worker deployment describe",
    "worker deployment describe-version",
    "worker deployment list",
    "worker deployment manager-identity set",
    "worker deployment manager-identity unset",
    "worker deployment set-current-version",
    "worker deployment set-ramping-version",
    "worker deployment update-version-compute-config",
    "worker deployment update-version-metadata",
    "worker describe",
    "worker list",
};

} // namespace

void add_missing_commands(CLI::App& app) {
  for (const auto* path : missing) {
    std::istringstream words{path};
    auto* at = &app;
    // Everything behind its name is for the command that is not there.
    for (std::string word; words >> word;) {
      const auto known =
          at->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
      at = !known.empty()
               ? known.front()
               : at->add_subcommand(word, "not supported yet")->group("")->prefix_command();
    }
  }
}

} // namespace troupe::cli
