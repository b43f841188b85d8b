// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/detail/call_style.hpp>
#include <troupe/error.hpp>
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

/// What happens if an activity with the same id has run and is closed. The numbers are those of
/// the wire.
enum class activity_id_reuse_policy {
  unspecified = 0, ///< the service's default: allow_duplicate
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2, ///< only if the last one did not succeed
  reject_duplicate = 3,
};

/// What happens if an activity with the same id is running. The numbers are those of the wire.
enum class activity_id_conflict_policy {
  unspecified = 0,  ///< the service's default: fail
  fail = 1,         ///< `activity_already_started_error`
  use_existing = 2, ///< the handle is that of the running one
};

/// How an activity is started by itself. Zero durations: none, or the service's default. One of
/// `schedule_to_close_timeout` and `start_to_close_timeout` is needed.
struct start_activity_options {
  std::string id = {}; ///< empty: a new UUID; business-meaningful ids make starts idempotent
  std::string task_queue = {};                           ///< needed
  std::chrono::nanoseconds schedule_to_close_timeout{0}; ///< over all attempts
  std::chrono::nanoseconds schedule_to_start_timeout{0}; ///< until a worker took it
  std::chrono::nanoseconds start_to_close_timeout{0};    ///< of one attempt
  std::chrono::nanoseconds heartbeat_timeout{0};         ///< of silence
  /// Absent: the service's default, which tries again without an end.
  std::optional<workflow::retry_policy> retry_policy = {};
  /// If there is a closed one of that id.
  activity_id_reuse_policy id_reuse_policy = activity_id_reuse_policy::unspecified;
  /// If one of that id is running.
  activity_id_conflict_policy id_conflict_policy = activity_id_conflict_policy::unspecified;
  /// Indexed values for queries: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  troupe::priority priority = {};  ///< of its tasks
  std::string request_id = {};     ///< dedupes this very start; empty: a new UUID
  std::string static_summary = {}; ///< one line for people, shown by the UI
  std::string static_details = {};
};

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

/// One line of a list of such activities. Absent times are those that have not come yet.
struct activity_summary {
  std::string id;                                        ///< which its runs share
  std::string run_id;                                    ///< the run's own
  std::string type;                                      ///< the name of its code
  std::string task_queue;                                ///< where its tasks go
  activity_status status = activity_status::unspecified; ///< running, or how it was closed
  std::optional<wall_time> scheduled_time;               ///< when it was started
  std::optional<wall_time> close_time;                   ///< absent while it runs
  /// From its start to its end; absent while it runs.
  std::optional<std::chrono::nanoseconds> execution_duration;
  std::int64_t state_transition_count = 0; ///< how often the service changed it
  /// As the service keeps them, by name; typed by `search_attribute_of`.
  std::vector<std::pair<std::string, payload>> search_attributes;

  /// What a search attribute of it is; nothing if it has no value, or one of another type.
  template <search_attribute_type Type>
  [[nodiscard]] std::optional<typename search_attribute<Type>::value_type>
  search_attribute_of(const search_attribute<Type>& which) const {
    return which.in(search_attributes);
  }
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
class activity_failed_error : public std::runtime_error, public detail::caused_error {
public:
  /// Made by the client, of the activity's outcome.
  activity_failed_error(std::string activity_id, std::string run_id, failure_cause cause)
      : std::runtime_error(
            "activity " + activity_id + " failed"
            + (cause ? ": " + describe(*cause) : std::string{})),
        activity_id_(std::move(activity_id)), run_id_(std::move(run_id)),
        message_("activity " + activity_id_ + " failed" + (cause ? ": " + cause->message() : "")),
        cause_(std::move(cause)) {}

  /// Which one.
  [[nodiscard]] const std::string& activity_id() const noexcept { return activity_id_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; } ///< its run
  /// What it failed with.
  [[nodiscard]] const failure_cause& cause() const noexcept override { return cause_; }
  /// What travels if a handler lets this out: its own text and that of the first cause.
  [[nodiscard]] const std::string& message() const noexcept override { return message_; }

private:
  std::string activity_id_;
  std::string run_id_;
  std::string message_;
  failure_cause cause_;
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

/// An activity without a workflow, as handles know it.
struct standalone_ref {
  call_origin from;
  std::string id;
  std::string run_id; ///< empty: the latest one
};

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
[[nodiscard]] job_of<payloads>
activity_result_job(const standalone_ref& of, std::chrono::milliseconds timeout);
[[nodiscard]] job_of<activity_description> describe_activity_job(const standalone_ref& of);
[[nodiscard]] job_of<void> cancel_standalone_job(const standalone_ref& of, std::string reason);
[[nodiscard]] job_of<void> terminate_standalone_job(const standalone_ref& of, std::string reason);
[[nodiscard]] job_of<void> delete_standalone_job(const standalone_ref& of);
[[nodiscard]] async_pages<activity_summary>
activity_pages(const call_origin& from, std::string query, int page_size);
[[nodiscard]] job_of<grouped_count>
count_activities_job(const call_origin& from, std::string query);

} // namespace detail

/// What one can do to an activity that was started by itself: the members of
/// `standalone_activity_handle`, which block and give a `T`, and of
/// `async_standalone_activity_handle`, which give a `call<T>`. `returned<T>` is the one or the
/// other.
template <class Style>
class basic_standalone_activity_handle {
  template <class T>
  using returned = typename Style::template returned<T>;

public:
  /// Made by the library.
  explicit basic_standalone_activity_handle(detail::standalone_ref to) : ref_(std::move(to)) {}

  /// The activity's.
  [[nodiscard]] const std::string& id() const noexcept { return ref_.id; }
  /// The run that was started or asked for; empty: the latest one.
  [[nodiscard]] const std::string& run_id() const noexcept { return ref_.run_id; }

  /// What the service knows of it.
  [[nodiscard]] returned<activity_description> describe() const {
    return Style::give(call<activity_description>{detail::describe_activity_job(ref_)});
  }
  /// Asks it to cancel itself; done when the request is recorded. Its worker hears of it with the
  /// next heartbeat.
  returned<void> cancel(std::string reason = {}) const {
    return Style::give(call<void>{detail::cancel_standalone_job(ref_, std::move(reason))});
  }
  /// Ends it at once, its code is not asked.
  returned<void> terminate(std::string reason = {}) const {
    return Style::give(call<void>{detail::terminate_standalone_job(ref_, std::move(reason))});
  }
  /// Lets the service forget it; one that runs is terminated before.
  returned<void> remove() const {
    return Style::give(call<void>{detail::delete_standalone_job(ref_)});
  }

  /// For the library.
  [[nodiscard]] const detail::standalone_ref& ref() const noexcept { return ref_; }

private:
  detail::standalone_ref ref_;
};

/// The awaitable form of a `standalone_activity_handle`. A cheap value, thread-safe.
template <class R>
class async_standalone_activity_handle
    : public basic_standalone_activity_handle<detail::awaitable_style> {
public:
  using basic_standalone_activity_handle<detail::awaitable_style>::basic_standalone_activity_handle;

  /// The result, when there is one; waits at most so long (0: for ever).
  [[nodiscard]] call<R> result(std::chrono::milliseconds timeout = {}) const {
    return detail::decoded<R>(detail::activity_result_job(this->ref(), timeout));
  }

  /// The same, whose calls block.
  [[nodiscard]] standalone_activity_handle<R> blocking() const {
    return standalone_activity_handle<R>{this->ref()};
  }
};

/// An activity that was started by itself, or is known by its id.
///
/// A cheap value that keeps the connection alive. Thread-safe; calls block and throw `rpc_error`
/// (`not_found` if there is no such activity). In coroutines await those of `async()`.
template <class R>
class standalone_activity_handle : public basic_standalone_activity_handle<detail::blocking_style> {
public:
  using basic_standalone_activity_handle<detail::blocking_style>::basic_standalone_activity_handle;

  /// Waits for the end, at most so long (0: for ever). Throws `activity_failed_error`,
  /// `payload_error` if the result does not fit, `rpc_error`.
  R result(std::chrono::milliseconds timeout = {}) const { return async().result(timeout).get(); }

  /// The same, whose calls are awaited.
  [[nodiscard]] async_standalone_activity_handle<R> async() const {
    return async_standalone_activity_handle<R>{this->ref()};
  }
};

} // namespace troupe
