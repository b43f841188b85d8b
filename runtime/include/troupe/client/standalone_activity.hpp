// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/standalone_handle.hpp>
#include <troupe/client/start_activity_options.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/rpc_status.hpp>
#include <troupe/workflow/info.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Activities that a client starts by themselves, without a workflow around them:
///
///     auto handle = client.start_activity<charge>(
///         {.id = "charge-7", .task_queue = "q", .start_to_close_timeout = 10s}, order);
///     auto receipt = handle.result();
///
/// Workers run them as they run those of workflows. The service has to have them switched on
/// (`activity.enableStandalone`); one that has not refuses with `unimplemented`.
namespace troupe {

/// How far an activity is that was started by itself. The numbers are those of the wire.
enum class activity_status {
  unspecified = 0,
  running = 1,
  completed = 2,
  failed = 3,
  canceled = 4,
  terminated = 5,
  timed_out = 6,
  paused = 7,
};

/// As the Temporal tools write it: `Running`, `Completed`, ...; `Unspecified` for unknown numbers.
[[nodiscard]] std::string_view to_string(activity_status status) noexcept;

/// One line of a list of such activities.
struct activity_summary : standalone_summary {
  std::string type;                                      ///< the name of its code
  std::string task_queue;                                ///< where its tasks go
  activity_status status = activity_status::unspecified; ///< running, or how it was closed
};

/// What the service tells about one such activity.
struct activity_description : activity_summary {
  /// `Scheduled`, `Started`, `CancelRequested`, `Paused`, `PauseRequested`; `Unspecified` once it
  /// has ended.
  std::string run_state;
  int attempt = 0;                                        ///< 1 for the first
  std::chrono::nanoseconds schedule_to_close_timeout{0};  ///< 0: none
  std::chrono::nanoseconds schedule_to_start_timeout{0};  ///< 0: none
  std::chrono::nanoseconds start_to_close_timeout{0};     ///< 0: none
  std::chrono::nanoseconds heartbeat_timeout{0};          ///< 0: none
  std::optional<workflow::retry_policy> retry_policy;     ///< as the service keeps it
  std::optional<wall_time> expiration_time;               ///< of all attempts; absent: no limit
  std::optional<wall_time> last_started_time;             ///< of any attempt
  std::optional<wall_time> last_heartbeat_time;           ///< of any attempt
  std::optional<wall_time> last_complete_time;            ///< when the attempt before ended
  std::optional<wall_time> next_attempt_time;             ///< while it waits to be tried again
  std::optional<std::chrono::nanoseconds> retry_interval; ///< the pause that it waits
  payloads heartbeat_details;                             ///< decoded by the codec
  std::string last_failure;         ///< message of the last attempt's failure; empty: none
  std::string last_worker_identity; ///< who started an attempt last
  std::string canceled_reason;      ///< what was said to it; empty: nobody asked it to cancel
  troupe::priority priority;        ///< of its tasks
  std::string static_summary;       ///< what its start said of it
  std::string static_details;
};

/// An activity that was started by itself did not succeed. `cause()` says how it ended:
/// `application_error` (failed), `canceled_error`, `terminated_error`, `timeout_error`; `what()`
/// tells the whole chain.
class activity_failed_error : public standalone_failed_error {
public:
  /// Made by the client, of the activity's outcome.
  activity_failed_error(std::string activity_id, std::string run_id, failure_cause cause)
      : standalone_failed_error(
            "activity", std::move(activity_id), std::move(run_id), std::move(cause)) {}

  /// Which one.
  [[nodiscard]] const std::string& activity_id() const noexcept { return id(); }
};

/// The id is taken, and the policies say that a start then fails. Carries the service's
/// `already_exists` status.
class activity_already_started_error : public rpc_error {
public:
  /// Made by the client, of the service's answer.
  activity_already_started_error(rpc_status status, std::string activity_id, std::string run_id)
      : rpc_error(std::move(status)), activity_id_(std::move(activity_id)),
        run_id_(std::move(run_id)) {}

  /// Which one.
  [[nodiscard]] const std::string& activity_id() const noexcept { return activity_id_; }
  /// The run that has the id; empty if the service did not say.
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

private:
  std::string activity_id_;
  std::string run_id_;
};

namespace detail {

/// Its start, whose arguments are encoded, the codec included.
struct encoded_activity {
  std::string type;
  start_activity_options options;
  payloads args;
};

// Made by runtime/client.
[[nodiscard]] job_of<standalone_ref>
start_activity_job(const call_origin& from, encoded_activity start);
/// Starts it and waits for its result.
[[nodiscard]] job_of<payloads>
execute_activity_job(const call_origin& from, encoded_activity start);
/// What handles do to it.
struct standalone_activities {
  using description = activity_description;
  [[nodiscard]] static job_of<payloads>
  result(const standalone_ref& of, std::chrono::milliseconds timeout);
  [[nodiscard]] static job_of<description> describe(const standalone_ref& of);
  [[nodiscard]] static job_of<void> cancel(const standalone_ref& of, std::string reason);
  [[nodiscard]] static job_of<void> terminate(const standalone_ref& of, std::string reason);
  [[nodiscard]] static job_of<void> remove(const standalone_ref& of);
};
[[nodiscard]] async_pages<activity_summary>
activity_pages(const call_origin& from, std::string query, int page_size);
[[nodiscard]] job_of<grouped_count>
count_activities_job(const call_origin& from, std::string query);

} // namespace detail

/// An activity that was started by itself, or is known by its id.
template <class R>
using standalone_activity_handle = standalone_handle<R, detail::standalone_activities>;
/// Its awaitable form.
template <class R>
using async_standalone_activity_handle = async_standalone_handle<R, detail::standalone_activities>;

} // namespace troupe
