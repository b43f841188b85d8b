// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/line/flags.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflow/v1/message.pb.h>

#include <string>
#include <vector>

namespace troupe::cli {

/// On which version of its workers a workflow is to run.
struct version_flags {
  std::string behavior, deployment, build_id;

  void add(CLI::App& command, const std::vector<std::string>& behaviors) {
    add_choice(
        command,
        "--versioning-override-behavior",
        behavior,
        behaviors,
        "On one version, on the current one, or as its workers say")
        ->required();
    add_text(
        command,
        "--versioning-override-deployment-name",
        deployment,
        "Deployment of the version that it is pinned to");
    add_text(
        command,
        "--versioning-override-build-id",
        build_id,
        "Build ID of the version that it is pinned to");
  }

  [[nodiscard]] bool names_version() const { return !deployment.empty() || !build_id.empty(); }
  [[nodiscard]] bool lacks_version() const { return deployment.empty() || build_id.empty(); }

  /// Nothing for `unspecified`.
  void apply(temporal::api::workflow::v1::WorkflowExecutionOptions& to) const;
  /// In the fields that older servers read, too.
  void apply_older(temporal::api::workflow::v1::WorkflowExecutionOptions& to) const;
};

} // namespace troupe::cli
