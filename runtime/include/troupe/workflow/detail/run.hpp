// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/error.hpp>
#include <troupe/headers.hpp>
#include <troupe/log.hpp>
#include <troupe/meter.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/priority.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/detail/pending.hpp>
#include <troupe/workflow/handler_options.hpp>
#include <troupe/workflow/info.hpp>
#include <troupe/workflow/update.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace troupe::workflow {

/// What the caller waits for after it asked an operation to cancel.
enum class nexus_cancellation_type {
  wait_completed, ///< until the operation ended, however it ended
  wait_requested, ///< until the handler took the request (or refused it, which is then the error)
  try_cancel,     ///< not at all: the wait ends canceled, the request is sent
  abandon,        ///< not at all, and no request is sent
};

struct nexus_operation_options {
  std::optional<duration> schedule_to_close_timeout = {}; ///< absent: the service's limit
  std::optional<duration> schedule_to_start_timeout =
      {}; ///< until the handler answered the start request
  std::optional<duration> start_to_close_timeout =
      {}; ///< of an operation that started asynchronously
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string summary = {}; ///< shown by user interfaces
  nexus_cancellation_type cancellation_type = nexus_cancellation_type::wait_completed;
};

/// What the caller waits for after it asked an activity to cancel.
enum class activity_cancellation_type {
  try_cancel,     ///< not at all: the wait ends canceled, the request is sent
  wait_completed, ///< until the activity ended, however it ended
  abandon,        ///< not at all, and no request is sent
};

/// One of the two close timeouts is needed.
struct activity_options {
  std::string task_queue = {};                            ///< empty: the workflow's
  std::optional<duration> schedule_to_close_timeout = {}; ///< over all attempts
  std::optional<duration> schedule_to_start_timeout = {}; ///< until a worker took it
  std::optional<duration> start_to_close_timeout = {};    ///< of one attempt
  std::optional<duration> heartbeat_timeout = {};
  std::optional<workflow::retry_policy> retry_policy = {};
  std::string activity_id = {}; ///< empty: its number in the run
  std::string summary = {};     ///< shown by user interfaces
  activity_cancellation_type cancellation_type = activity_cancellation_type::try_cancel;
  troupe::priority priority = {}; ///< what is absent is the workflow's
  /// False: the worker of the workflow may start it at once, see
  /// `worker_options::disable_eager_activity_execution`.
  bool disable_eager_execution = false;
};

/// One of the two close timeouts is needed.
struct local_activity_options {
  std::optional<duration> schedule_to_close_timeout = {}; ///< over all attempts
  std::optional<duration> schedule_to_start_timeout = {}; ///< until a slot is free
  std::optional<duration> start_to_close_timeout = {};    ///< of one attempt
  std::optional<workflow::retry_policy> retry_policy = {};
  /// A retry that is due later than this waits in a timer of the workflow; those before within its
  /// task.
  duration local_retry_threshold = std::chrono::minutes{1};
  std::string activity_id = {}; ///< empty: its number in the run
  std::string summary = {};     ///< shown by user interfaces
  activity_cancellation_type cancellation_type = activity_cancellation_type::try_cancel;
};

struct timer_options {
  std::string summary = {}; ///< shown by user interfaces
};

/// On which version of its deployment a run begins that another one continued as. The numbers are
/// those of the wire.
enum class initial_versioning_behavior {
  unspecified = 0,        ///< the service's default: that of the run before it
  auto_upgrade = 1,       ///< the current one of its deployment
  use_ramping_version = 2 ///< the one that is being rolled out, if there is one
};

/// What the run that follows has otherwise than this one. Its priority is this run's.
struct continue_as_new_options {
  std::string workflow_type = {};            ///< empty: this run's, or the class that is named
  std::string task_queue = {};               ///< empty: this run's
  std::optional<duration> run_timeout = {};  ///< of one run; absent: this run's
  std::optional<duration> task_timeout = {}; ///< of one task; absent: this run's
  std::optional<workflow::retry_policy> retry_policy = {}; ///< absent: this run's
  /// Until its first task; at least the second that the service keeps runs apart.
  std::optional<duration> backoff_start_interval = {};
  /// All of the next run's, made with `troupe::encode_value(x)`; empty: what this run's is now.
  std::vector<std::pair<std::string, payload>> memo = {};
  /// The same: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  /// For workers with versions.
  workflow::initial_versioning_behavior initial_versioning_behavior =
      workflow::initial_versioning_behavior::unspecified;
};

/// Thrown by `context::continue_as_new`; no `std::exception`, so that handlers of errors let it
/// through.
struct continue_as_new_request {
  std::string workflow_type;
  payloads input;
  continue_as_new_options options;
  troupe::headers headers = {};
};

namespace detail {

struct nexus_request {
  std::string endpoint;
  std::string service;
  std::string operation;
  payload input;
  nexus_operation_options options;
};

struct activity_request {
  std::string type;
  payloads input;
  activity_options options;
  troupe::headers headers = {};
};

/// One series of attempts of a local activity, within one task of the workflow (or several, if it
/// is long).
struct local_activity_request {
  std::string type;
  payloads input;
  local_activity_options options;
  int attempt = 1;                          ///< the first of the series
  std::optional<time_point> scheduled = {}; ///< when the first series was asked for; absent: now
  troupe::headers headers = {};
};

/// The two things to wait for in one operation. `started` settles with it at the latest.
struct nexus_pendings {
  ref<pending> started;
  ref<payload_pending> result;
};

struct child_request;   // troupe/workflow/child.hpp
struct child_pendings;  // there, too
struct external_signal; // troupe/workflow/external.hpp
struct external_cancel; // there, too

/// Reads the token of a started operation; empty for one that was answered synchronously.
std::string operation_token(const payload_pending& result);

struct signal_handler {
  /// Called with the arguments; throws `payload_error` for those that do not fit.
  unique_function<void(std::string_view name, payloads)> deliver;
  handler_options options = {};
  /// The channel that takes them, and what it is read with; null of other handlers.
  ref<ref_counted> channel = {};
  const std::type_info* channel_types = nullptr;
};
struct query_handler {
  /// Throws what the handler throws, and `payload_error`.
  unique_function<payload(std::string_view name, payloads)> answer;
  handler_options options = {};
};

/// An update as its handler is given it.
struct update_call {
  std::shared_ptr<const update_info> what;
  payloads input;
  bool is_validated; ///< false: the validator is asked; true: it has said yes, once
};
struct update_handler {
  /// Reads the arguments, asks the validator and gives the handler to be started. Throws why the
  /// update is rejected: what the validator throws, `payload_error`.
  unique_function<async<payload>(update_call&&)> prepare;
  handler_options options = {};
};

/// What a context needs of the run it belongs to. Implemented by the engine in runtime/workflow.
///
/// After eviction a run is closed: it outlives its coroutines for as long as handles to it exist,
/// and refuses every call (what such a call returns never settles). So destructors of workflow
/// locals may call it, to no effect.
class run : public ref_counted {
public:
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  void make_ready(suspended& who) noexcept { ready_.push_back(who); }
  /// Lists it among what the run waits for until it is settled.
  void add_wait(code_wait& what) noexcept { code_waits_.push_back(what.in_run); }

  virtual const data_converter& converter() const noexcept = 0;
  /// The codec tells contexts apart: `converter` is for what belongs to this run, and what goes
  /// elsewhere needs another one.
  [[nodiscard]] bool tells_contexts() const noexcept { return tells_contexts_; }
  /// For an activity; an empty queue is the run's.
  [[nodiscard]] virtual data_converter converter_of_activity(
      std::string_view type, std::string_view task_queue, bool is_local) const = 0;
  /// For another workflow; an empty namespace is the run's.
  [[nodiscard]] virtual data_converter
  converter_of_workflow(std::string_view name_space, std::string_view workflow_id) const = 0;
  /// For what belongs to no workflow: Nexus operations.
  [[nodiscard]] virtual const data_converter& shared_converter() const noexcept = 0;
  /// The id of a child that is given none, drawn now.
  [[nodiscard]] virtual std::string draw_child_id() = 0;
  virtual info get_info() const = 0;
  /// Of the chain's last run that gave one, encoded; empty without one.
  virtual payloads last_completion_result() const = 0;
  /// Why the run before this one failed; null if there was none, or it did not.
  virtual failure_cause last_failure() const = 0;
  /// For `context::metrics`.
  virtual troupe::meter metrics() = 0;
  virtual const std::string& workflow_type() const noexcept = 0;
  virtual time_point now() const noexcept = 0;
  virtual std::uint64_t random() = 0;
  virtual std::uint64_t random_of(std::string_view stream) = 0;
  virtual bool is_replaying() const noexcept = 0;
  virtual bool continue_as_new_suggested() const noexcept = 0;
  virtual std::int64_t history_length() const noexcept = 0;

  virtual ref<pending> start_timer(duration after, const timer_options& options, scope& within) = 0;
  virtual ref<pending> wait_for(unique_function<bool()> condition, scope& within) = 0;
  virtual nexus_pendings start_nexus_operation(nexus_request&& request, scope& within) = 0;
  virtual ref<payload_pending> start_activity(activity_request&& request, scope& within) = 0;
  virtual ref<payload_pending>
  start_local_activity(local_activity_request&& request, scope& within) = 0;
  virtual child_pendings start_child(child_request&& request, const ref<scope>& within) = 0;
  virtual ref<pending> signal_external(external_signal&& signal, scope& within) = 0;
  virtual ref<pending> cancel_external(external_cancel&& request) = 0;
  /// Settles when `within` is cancelled.
  virtual ref<pending> wait_for_cancel(scope& within) = 0;

  /// What troupe/workflow/versions.hpp says of each; values are encoded.
  virtual bool has_patch(std::string_view id, bool deprecated) = 0;
  virtual int get_version(std::string_view change_id, int oldest, int newest) = 0;
  virtual payload side_effect(unique_function<payload()> compute) = 0;
  virtual payload mutable_side_effect(
      std::string_view id,
      unique_function<payload()> compute,
      unique_function<bool(const payload& before, const payload& now)> same) = 0;

  /// What troupe/workflow/upserts.hpp says of each.
  virtual void upsert_search_attributes(std::vector<std::pair<std::string, payload>>&& changes) = 0;
  virtual std::optional<payload> search_attribute_of(std::string_view name) = 0;
  virtual void upsert_memo(std::vector<std::pair<std::string, payload>>&& changes) = 0;
  virtual std::optional<payload> memo_of(std::string_view name) = 0; ///< as it travels
  virtual void set_current_details(std::string details) = 0;
  [[nodiscard]] virtual std::string current_details() const = 0;

  virtual void spawn(async<void> body) = 0;
  virtual void on_signal(std::string name, signal_handler handler) = 0; ///< empty name: all others
  /// The channel that takes the signals of that name; null if none does. Throws `std::logic_error`
  /// if it is read with other types.
  virtual ref<ref_counted>
  signal_channel_of(std::string_view name, const std::type_info& types) const = 0;
  virtual void on_query(std::string name, query_handler handler) = 0;   ///< the same
  virtual void on_update(std::string name, update_handler handler) = 0; ///< the same
  /// The workflow's object is made, its code has not begun: what came and has a handler is told.
  virtual void deliver_early() = 0;
  virtual void fail_handler(std::exception_ptr why) = 0; ///< a handler let an error out
  /// Runs the coroutine of the signal handler that is being called; an error it lets out is as one
  /// that is told to `fail_handler`.
  virtual void spawn_handler(async<void> body) = 0;
  [[nodiscard]] virtual bool all_handlers_finished() const noexcept = 0;

  virtual void
  log(log::level severity, std::string_view message, std::span<const log::field> fields) = 0;

protected:
  list_node ready_;      ///< coroutines to resume, in order
  list_node code_waits_; ///< settled ones among them
  bool closed_ = false;
  bool tells_contexts_ = false;
};

/// A body that runs beside the others; `to` settles with its outcome.
template <class T>
async<void> drive(async<T> body, ref<value_pending<T>> to) {
  auto outcome = co_await body.as_result();
  if (!outcome.has_value()) {
    to->fail(outcome.error());
    co_return;
  }
  if constexpr (!std::is_void_v<T>)
    to->value.emplace(*std::move(outcome));
  to->settle();
}

template <class T>
T take_value(pending& from) {
  auto& value = static_cast<value_pending<T>&>(from).value;
  if constexpr (std::is_copy_constructible_v<T>)
    return *value;
  else
    return std::move(*value);
}

template <class T>
T take_payload(pending& from) {
  auto& settled = static_cast<payload_pending&>(from);
  const auto& with = settled.narrowed ? *settled.narrowed : settled.owner().converter();
  return with.template from_payload<T>(settled.value);
}

} // namespace detail
} // namespace troupe::workflow
