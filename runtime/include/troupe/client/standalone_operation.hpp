// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/standalone_handle.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/rpc_status.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Nexus operations that a client calls by itself, without a workflow around them:
///
///     auto hello = client.nexus_client<hello_service>("hello-endpoint");
///     auto handle = hello.start<hello_service::say_hello>({.name = "Ann"}, {.id = "hello-7"});
///     auto output = handle.result();
///
/// Handlers serve them as they serve those of workflows. The service has to have them switched on
/// (`nexusoperation.enableStandalone`); one that has not refuses with `unimplemented`.
namespace troupe {

/// What happens if an operation with the same id has run and is closed. The numbers are those of
/// the wire.
enum class operation_id_reuse_policy {
  unspecified = 0, ///< the service's default: allow_duplicate
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2, ///< only if the last one did not succeed
  reject_duplicate = 3,
};

/// What happens if an operation with the same id is running. The numbers are those of the wire.
enum class operation_id_conflict_policy {
  unspecified = 0,  ///< the service's default: fail
  fail = 1,         ///< `operation_already_started_error`
  use_existing = 2, ///< the handle is that of the running one
};

/// How an operation is started by itself. Zero durations: none, or the service's limit.
struct start_operation_options {
  std::string id = {}; ///< empty: a new UUID; business-meaningful ids make starts idempotent
  std::chrono::nanoseconds schedule_to_close_timeout{0}; ///< over all attempts
  std::chrono::nanoseconds schedule_to_start_timeout{0}; ///< until the handler answered the start
  std::chrono::nanoseconds start_to_close_timeout{0};    ///< of one that started asynchronously
  /// If there is a closed one of that id.
  operation_id_reuse_policy id_reuse_policy = operation_id_reuse_policy::unspecified;
  /// If one of that id is running.
  operation_id_conflict_policy id_conflict_policy = operation_id_conflict_policy::unspecified;
  /// For the handler; names are made lower case.
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Indexed values for queries: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  std::string request_id = {};     ///< dedupes this very start; empty: a new UUID
  std::string static_summary = {}; ///< one line for people, shown by the UI
};

/// How far an operation is that was started by itself. The numbers are those of the wire.
enum class operation_status {
  unspecified = 0,
  running = 1,
  completed = 2,
  failed = 3,
  canceled = 4,
  terminated = 5,
  timed_out = 6,
};

/// As the Temporal tools write it: `Running`, `Completed`, ...; `Unspecified` for unknown numbers.
[[nodiscard]] std::string_view to_string(operation_status status) noexcept;

/// One line of a list of such operations.
struct operation_summary : standalone_summary {
  std::string endpoint;                                    ///< by which it was called
  std::string service;                                     ///< of the contract
  std::string operation;                                   ///< the name of its code
  operation_status status = operation_status::unspecified; ///< running, or how it was closed
};

/// What the service tells about one such operation.
struct operation_description : operation_summary {
  std::string state; ///< `Scheduled`, `BackingOff`, `Started`, `Blocked`; then `Unspecified`
  std::string blocked_reason;  ///< why it is not sent; empty: it is
  std::string operation_token; ///< the handler's name for it; empty: it did not start
  std::string request_id;      ///< with which the handler is asked
  std::string identity;        ///< who started it
  int attempt = 0;             ///< 1 for the first
  std::chrono::nanoseconds schedule_to_close_timeout{0}; ///< 0: none
  std::chrono::nanoseconds schedule_to_start_timeout{0}; ///< 0: none
  std::chrono::nanoseconds start_to_close_timeout{0};    ///< 0: none
  std::optional<wall_time> expiration_time;              ///< of all attempts; absent: no limit
  std::optional<wall_time> last_complete_time;           ///< when the attempt before ended
  std::optional<wall_time> next_attempt_time;            ///< while it waits to be tried again
  std::string last_failure; ///< message of the last attempt's failure; empty: none
  std::vector<std::pair<std::string, std::string>> headers; ///< for the handler, by name
  bool is_cancel_requested = false;                         ///< somebody asked it to cancel,
  std::string canceled_reason;                              ///< what was said to it,
  std::string cancel_state;        ///< `Scheduled`, `BackingOff`, `Succeeded`, `Failed`, ...
  int cancel_attempt = 0;          ///< how often the handler was asked,
  std::string cancel_last_failure; ///< and what came of it last; empty: nothing bad
  std::string static_summary;      ///< what its start said of it
};

/// An operation that was started by itself did not succeed. `cause()` says how it ended:
/// `application_error` (failed), `handler_error`, `canceled_error`, `terminated_error`,
/// `timeout_error`; `what()` tells the whole chain.
class operation_failed_error : public standalone_failed_error {
public:
  /// Made by the client, of the operation's outcome.
  operation_failed_error(std::string operation_id, std::string run_id, failure_cause cause)
      : standalone_failed_error(
            "Nexus operation", std::move(operation_id), std::move(run_id), std::move(cause)) {}

  /// Which one.
  [[nodiscard]] const std::string& operation_id() const noexcept { return id(); }
};

/// The id is taken, and the policies say that a start then fails. Carries the service's
/// `already_exists` status.
class operation_already_started_error : public rpc_error {
public:
  /// Made by the client, of the service's answer.
  operation_already_started_error(rpc_status status, std::string operation_id, std::string run_id)
      : rpc_error(std::move(status)), operation_id_(std::move(operation_id)),
        run_id_(std::move(run_id)) {}

  /// Which one.
  [[nodiscard]] const std::string& operation_id() const noexcept { return operation_id_; }
  /// The run that has the id; empty if the service did not say.
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

private:
  std::string operation_id_;
  std::string run_id_;
};

namespace detail {

/// Its start, whose input is encoded, the codec included.
struct encoded_operation {
  std::string endpoint;
  std::string service;
  std::string operation;
  start_operation_options options;
  payload input;
};

// Made by runtime/client.
[[nodiscard]] job_of<standalone_ref>
start_operation_job(const call_origin& from, encoded_operation start);
/// Starts it and waits for its result.
[[nodiscard]] job_of<payloads>
execute_operation_job(const call_origin& from, encoded_operation start);
/// What handles do to it.
struct standalone_operations {
  using description = operation_description;
  [[nodiscard]] static job_of<payloads>
  result(const standalone_ref& of, std::chrono::milliseconds timeout);
  [[nodiscard]] static job_of<description> describe(const standalone_ref& of);
  [[nodiscard]] static job_of<void> cancel(const standalone_ref& of, std::string reason);
  [[nodiscard]] static job_of<void> terminate(const standalone_ref& of, std::string reason);
  [[nodiscard]] static job_of<void> remove(const standalone_ref& of);
};
[[nodiscard]] async_pages<operation_summary>
operation_pages(const call_origin& from, std::string query, int page_size);
[[nodiscard]] job_of<grouped_count>
count_operations_job(const call_origin& from, std::string query);

} // namespace detail

/// An operation that was started by itself, or is known by its id.
template <class R>
using standalone_operation_handle = standalone_handle<R, detail::standalone_operations>;
/// Its awaitable form.
template <class R>
using async_standalone_operation_handle = async_standalone_handle<R, detail::standalone_operations>;

} // namespace troupe
