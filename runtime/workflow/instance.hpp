// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/workflow/messages/failed_message.hpp"

#include <troupe/payload/data_converter.hpp>
#include <troupe/tracing.hpp>
#include <troupe/workflow/definition.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace google::protobuf {
class Message;
}
namespace troupe::detail {
class program_metrics;
}
namespace temporal::api::workflowservice::v1 {
class GetWorkflowExecutionHistoryResponse;
class PollWorkflowTaskQueueResponse;
} // namespace temporal::api::workflowservice::v1
namespace temporal::api::command::v1 {
class Command;
}
namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace troupe::workflow {

class engine;
class interceptor;

/// By the name of the type; the one for all others has none.
using definitions = std::map<std::string, std::shared_ptr<const definition>, std::less<>>;
/// That of a type, or else the one for all others under its name; null if there is neither.
[[nodiscard]] std::shared_ptr<const definition>
find_definition(const definitions& all, std::string_view type);

/// What the instances of one worker share. Immutable.
struct environment {
  data_converter converter = {};
  std::string name_space = "default";
  std::string task_queue = {};
  std::string identity = {};
  std::shared_ptr<troupe::tracer> tracer = {}; ///< null: no traces
  /// Asked about a patch when a run reaches it for the first time; empty: all are taken.
  std::function<bool(const info&, std::string_view patch_id)> activates_patch = {};
  /// That fail a run although they are no `failure_error`; a run's own come in addition.
  workflow::failure_types failure_types = {};
  std::shared_ptr<troupe::detail::program_metrics> metrics = {}; ///< null: nothing is counted

  /// The interceptors of a run, outermost first; empty: there are none.
  std::function<std::vector<std::unique_ptr<interceptor>>(const info&)> interceptors = {};

  /// Nanoseconds of a clock that only goes forward, to measure replays; null: nobody asks.
  std::int64_t (*steady_nanoseconds)() = nullptr;

  /// Sees each command that replay found in the history, beside its event. For replayers that
  /// compare more.
  std::function<void(
      const temporal::api::command::v1::Command&, const temporal::api::history::v1::HistoryEvent&)>
      on_match = {};
};

/// An answer lies in its task's memory if the task has an arena, and on the heap if not.
struct answer_deleter {
  void operator()(google::protobuf::Message* answer) const noexcept;
};
using answer_ptr = std::unique_ptr<google::protobuf::Message, answer_deleter>;

/// A local activity that a run wants to be run.
struct local_activity {
  std::uint64_t id = 0; ///< of the run's own counting; what comes of it is told with it
  detail::local_activity_request request = {};
};
/// What came of one: the result, or why there is none.
struct local_result {
  std::uint64_t id = 0;
  payload value = {}; ///< encoded, the codec included
  std::exception_ptr failure = {};
  int attempt = 1;                        ///< the last one
  std::optional<duration> backoff = {};   ///< of a failure: it is tried again after so long
  std::optional<time_point> started = {}; ///< when the first series of attempts was asked for
  duration took = {};                     ///< since this one was
};

/// What a run needs before its task can be answered.
struct activation_need {
  enum class what {
    nothing,          ///< `complete` it
    history,          ///< fetch the page that `page_token` names and `resume` with it
    local_activities, ///< start and cancel what is listed and `resume` with each result; with both
                      ///< lists empty, wait for those that run
  };

  what kind = what::nothing;
  std::string page_token = {}; ///< empty: the page that begins with the run's first event
  std::vector<local_activity> start = {};
  /// Whatever `kind` says. Those that the run still waits for tell how they ended.
  std::vector<std::uint64_t> cancel = {};
};

/// What came of a workflow task. Must not outlive the task if that lies on an arena.
struct activation_result {
  enum class verdict {
    completed, ///< `answer` is a RespondWorkflowTaskCompletedRequest
    failed,    ///< `answer` is a RespondWorkflowTaskFailedRequest, null if the failure is not to be
               ///< reported
    query_answered, ///< `answer` is a RespondQueryTaskCompletedRequest
    ignored,        ///< nothing to answer; `reason` says why
  };

  verdict kind = verdict::ignored;
  answer_ptr answer = {};
  std::string reason = {};        ///< for the log: why it failed or is ignored
  bool is_nondeterminism = false; ///< of a failed one: the code does not fit the history
  bool evict = false;             ///< the instance is used up: drop it once the answer is sent
  bool finished =
      false; ///< the answer closes the run (or the run is closed already); then `evict` is set too
  int closing_command = 0;       ///< the `CommandType` with which the answer closes the run; else 0
  std::exception_ptr error = {}; ///< why the run fails, or the task; null if neither does
  time_point started = {};       ///< the run, if the answer closes it
  std::optional<duration> replayed =
      {}; ///< how long until new code ran, of a task that had to replay; absent if none did
  /// To be recorded once the service has taken the answer.
  std::vector<trace_span> spans = {};
  std::vector<failed_message> failed_messages = {}; ///< queries that went along among them

  activation_result();
  activation_result(activation_result&&) noexcept;
  activation_result& operator=(activation_result&&) noexcept;
  ~activation_result();
};

/// One workflow run: its coroutine, its machines, and what it must remember of its history.
///
/// A plain object: no clock, no threads, no randomness, no RPC. Feed it the run's tasks one after
/// the other and send what comes back. Each is a conversation:
///
///     begin -> need -> resume -> need -> ... -> nothing -> complete -> result
///
/// The answers carry the task token, identity, commands, messages, query results and sdk metadata;
/// the owner adds what belongs to the worker (sticky attributes, new-task flags, deployment).
/// Destroying it evicts the run, at any point of the conversation: its suspended coroutines are
/// destroyed, and what their destructors ask of the workflow is refused.
///
/// Threading: one thread at a time; frames are pooled per thread, so keep it on the thread that
/// made it.
class instance {
public:
  instance(
      std::shared_ptr<const workflow::definition> definition,
      std::shared_ptr<const workflow::environment> environment);
  instance(const instance&) = delete;
  instance& operator=(const instance&) = delete;
  ~instance();

  /// Begins a task: a full history, or the part behind what this instance has seen, or the first
  /// page of either. The task stays the caller's, who keeps it until `complete` has returned; what
  /// the run needs is taken out of it, but what names the task and its run (token, ids, type,
  /// attempt, query) stays.
  [[nodiscard]] activation_need
  begin(temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task);
  /// The page that was asked for.
  [[nodiscard]] activation_need
  resume(temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse&& page);
  /// A local activity has ended; one that nobody waits for any more is ignored.
  [[nodiscard]] activation_need resume(local_result&& result);
  /// Answers the task, once it needs nothing, or early, while local activities run: then the answer
  /// asks for another task at once (a heartbeat), and `resume` has to wait until that has begun.
  [[nodiscard]] activation_result complete();

  /// The service answered a completion with `reset_history_event_id`: the task was speculative and
  /// never happened.
  void undo_speculative_task(std::int64_t reset_history_event_id);

  /// What keeping it costs, in bytes, roughly: machines, frames, buffered signals.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;
  /// Events processed so far.
  [[nodiscard]] std::int64_t history_length() const noexcept;
  [[nodiscard]] const std::string& run_id() const noexcept;
  [[nodiscard]] info get_info() const;
  /// What its coroutines wait for: `timer 5`, `2 condition(s)`.
  [[nodiscard]] std::vector<std::string> waits_for() const;
  /// Where the run's coroutines wait, as text: for watchdogs and `__stack_trace`.
  [[nodiscard]] std::string stack_trace() const;

private:
  struct detour;

  [[nodiscard]] activation_need want_whole_history();
  [[nodiscard]] activation_need ignore(std::string reason);
  [[nodiscard]] activation_need advance();
  [[nodiscard]] activation_need local_need();
  [[nodiscard]] bool continues() const;
  void start_over();
  [[nodiscard]] detour& on_detour();
  [[nodiscard]] activation_result outcome();
  [[nodiscard]] activation_result
  failed(const std::exception_ptr& error, std::vector<failed_message> messages = {}) const;
  [[nodiscard]] activation_result answer_task();

  detail::ref<engine> engine_;
  /// The one under way, the caller's.
  temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse* task_ = nullptr;
  std::unique_ptr<detour>
      detour_; ///< null for a task whose history came at once and that went well
};

/// Answers a task whose workflow type the worker does not know; lists the known names.
activation_result reject_unknown_type(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const workflow::environment& environment,
    const std::string& known_types);

} // namespace troupe::workflow
