// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace temporal::api::common::v1 {
class Header;
class Payload;
class Payloads;
class Priority;
} // namespace temporal::api::common::v1
namespace temporal::api::workflowservice::v1 {
class StartWorkflowExecutionRequest;
}

namespace troupe::cli {

class connection;

/// `--input` and its companions: the arguments of a workflow or a message.
struct payload_flags {
  std::vector<std::string> inputs, files, metadata;
  bool is_base64 = false;

  void add(CLI::App& command);
  /// The same as `--WHOSE-input`, where a command has two kinds of them.
  void add(CLI::App& command, const std::string& whose);
  void apply(temporal::api::common::v1::Payloads& to) const;
};

/// `--headers`: KEY=VALUE with JSON values. These are Temporal's headers, not gRPC's.
struct header_flags {
  std::vector<std::string> pairs;

  void add(CLI::App& command);
  void apply(temporal::api::common::v1::Header& to) const;
};

/// `--priority-key` and its companions: before or behind others of its queue.
struct priority_flags {
  std::int32_t key = 0;
  std::string fairness_key;
  float fairness_weight = 0;

  void add(CLI::App& command);
  /// Is one of them given?
  explicit operator bool() const {
    return key != 0 || !fairness_key.empty() || fairness_weight != 0;
  }
  void apply(temporal::api::common::v1::Priority& to) const;
};

/// KEY=JSON pairs as payloads, as the data converter of the SDKs makes them; `what` is their name
/// in messages. Throws `command_error`.
[[nodiscard]] std::vector<std::pair<std::string, temporal::api::common::v1::Payload>>
payloads_of(const std::vector<std::string>& pairs, const std::string& what);

/// What `workflow start` and `workflow execute` share.
struct start_flags {
  std::string type, task_queue, workflow_id;
  std::string execution_timeout = "0s", run_timeout = "0s", task_timeout = "10s";
  std::string start_delay = "0s", cron;
  std::string reuse_policy, conflict_policy;
  std::string summary, details;
  priority_flags priority;
  bool fail_existing = false;
  std::vector<std::string> memo, search_attributes;
  payload_flags input;
  header_flags headers;

  void add(CLI::App& command);
  /// For commands that send a message, too: those take no cron schedule.
  void add_with_message(CLI::App& command);
};

/// What the flags ask for, under a new id if they name none.
temporal::api::workflowservice::v1::StartWorkflowExecutionRequest
start_request(const connection& to, const start_flags& with);

struct started_workflow {
  std::string workflow_id, run_id;
};

/// Starts the workflow and says so, in JSON only with `say_in_json`. A workflow that runs already
/// under this id is what was started, unless `--fail-existing`.
started_workflow start_workflow(
    connection& to, const start_flags& with, const global_flags& flags, bool say_in_json);

} // namespace troupe::cli
