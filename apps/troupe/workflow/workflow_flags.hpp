// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/flags.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/common/v1/message.pb.h>

#include <string>

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

/// A request about the workflow, in the connection's namespace and, where it says who asks, in its
/// name.
template <class Request>
Request request_about(const workflow_flags& of, const connection& to) {
  Request request;
  request.set_namespace_(to.name_space());
  if constexpr (requires { request.set_identity(to.identity()); })
    request.set_identity(to.identity());
  if constexpr (requires { request.mutable_workflow_execution(); })
    of.apply(*request.mutable_workflow_execution());
  else
    of.apply(*request.mutable_execution());
  return request;
}

} // namespace troupe::cli
