// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}
namespace temporal::api::workflowservice::v1 {
class StartBatchOperationRequest;
}

namespace troupe::cli {

/// What a command takes that works on one workflow or, by `--query`, has the service work on many.
struct batch_flags {
  std::string query, reason;
  float per_second = 0;
  bool yes = false;

  void add(CLI::App& command);
};

/// What else goes together with `--workflow-id`.
struct single_allows {
  bool reason = false;
  bool yes = false;
};

/// Nothing if the command is about one workflow; else the request of a batch job that lacks only
/// what is to be done, which was confirmed. Throws `command_error` for flags that do not go
/// together.
[[nodiscard]] std::optional<temporal::api::workflowservice::v1::StartBatchOperationRequest>
batch_request(
    const workflow_flags& of,
    const batch_flags& what,
    connection& to,
    const global_flags& flags,
    single_allows also = {});

/// Asks whether a job is to be started for what the query finds; throws `command_error` if not.
void confirm_batch(const std::string& query, bool sure, connection& to, const global_flags& flags);

/// Starts the job and prints its id.
void start_batch(
    connection& to,
    const temporal::api::workflowservice::v1::StartBatchOperationRequest& request,
    const global_flags& flags);

} // namespace troupe::cli
