// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <troupe/client/start_workflow_options.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/result.hpp>
#include <troupe/unique_function.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}
namespace temporal::api::workflowservice::v1 {
class StartWorkflowExecutionRequest;
class StartWorkflowExecutionResponse;
} // namespace temporal::api::workflowservice::v1

namespace troupe {

/// Who a client says it is, and what it waits for.
struct client_settings {
  std::string name_space = "default";
  std::string identity = {};
  std::chrono::milliseconds rpc_timeout{30'000};
  std::chrono::milliseconds long_poll_timeout{70'000};
  data_converter converter = {};
  /// New UUIDs for request ids and workflow ids; empty: random.
  std::function<std::string()> new_id = {};
};

template <class T>
using outcome_handler = unique_function<void(result<T>)>;

struct started_workflow {
  std::string workflow_id;
  std::string run_id;
  std::string first_execution_run_id;
  bool is_new =
      true; ///< false: attached to a running one (use_existing), or the same request again
};

/// What a client does, asynchronously: on one executor, through one transport.
///
/// Own thread of the transport's executor only. Handlers run once, on that thread, never inside the
/// call; errors are exceptions as values (`rpc_error` and its family, `workflow_failed_error`). The
/// transport should be a retrying one; both it and this object must outlive calls in flight, which
/// end with `cancelled` when the transport is destroyed.
class client_core {
public:
  client_core(rpc::transport& over, executor& runs_on, client_settings settings);

  [[nodiscard]] const client_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] rpc::transport& transport() const noexcept { return *over_; }
  [[nodiscard]] std::string new_id() const;

  /// Changes a start request before it is sent: callbacks, links, whatever the options do not know.
  using customise_start =
      std::function<void(temporal::api::workflowservice::v1::StartWorkflowExecutionRequest&)>;

  rpc::transport::call_id start_workflow(
      std::string_view type,
      const start_workflow_options& options,
      payloads args,
      const customise_start& customise,
      outcome_handler<started_workflow> done);
  /// The same with the service's whole answer (link, eager task).
  rpc::transport::call_id start_workflow_raw(
      std::string_view type,
      const start_workflow_options& options,
      payloads args,
      const customise_start& customise,
      outcome_handler<temporal::api::workflowservice::v1::StartWorkflowExecutionResponse> done);

  /// Waits for the end of a workflow with long polls, following the chain of runs if asked to. The
  /// payloads went through the codec. `timeout` 0: for ever; over it: `deadline_exceeded`.
  void await_result(
      std::string workflow_id,
      std::string run_id,
      bool follow_runs,
      std::chrono::milliseconds timeout,
      outcome_handler<payloads> done);

  rpc::transport::call_id signal_workflow(
      std::string_view workflow_id,
      std::string_view run_id,
      std::string_view name,
      payloads args,
      outcome_handler<void> done);
  rpc::transport::call_id cancel_workflow(
      std::string_view workflow_id,
      std::string_view run_id,
      std::string_view first_execution_run_id,
      std::string_view reason,
      outcome_handler<void> done);
  rpc::transport::call_id terminate_workflow(
      std::string_view workflow_id,
      std::string_view run_id,
      std::string_view first_execution_run_id,
      std::string_view reason,
      payloads details,
      outcome_handler<void> done);

private:
  rpc::transport* over_;
  executor* runs_on_;
  client_settings settings_;
};

/// The exception for a failed call: `rpc_error`, or `workflow_already_started_error` where the
/// details say so.
[[nodiscard]] std::exception_ptr to_exception(rpc_status status, std::string_view workflow_id = {});

} // namespace troupe
