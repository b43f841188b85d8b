// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/line/flags.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/common/v1/message.pb.h>

#include <memory>
#include <string>
#include <utility>

namespace troupe::cli {

/// `-w` and `-r`: which workflow a command is about.
struct workflow_flags {
  std::string workflow_id, run_id;

  void add(CLI::App& command, bool required = true) {
    add_text(command, "-w,--workflow-id", workflow_id, "Workflow ID")->required(required);
    add_text(command, "-r,--run-id", run_id, "Run ID (default: the latest run)");
  }

  void apply(temporal::api::common::v1::WorkflowExecution& to) const {
    to.set_workflow_id(workflow_id);
    to.set_run_id(run_id);
  }
};

/// A command of a group with its flags, which live as long as it does.
template <class Flags, class Run>
CLI::App* add_command(
    CLI::App& group, const char* name, const char* help, std::shared_ptr<Flags> given, Run run) {
  auto* command = group.add_subcommand(name, help);
  command->callback([given, run = std::move(run)] { run(*given); });
  return command;
}

} // namespace troupe::cli
