// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/workflow/definition.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace google::protobuf {
class Message;
}
namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}
namespace temporal::api::command::v1 {
class Command;
}
namespace temporal::api::history::v1 {
class History;
class HistoryEvent;
} // namespace temporal::api::history::v1

namespace troupe::workflow {

class engine;

/// What the instances of one worker share. Immutable.
struct environment {
  data_converter converter = {};
  std::string name_space = "default";
  std::string task_queue = {};
  std::string identity = {};

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

/// What came of a workflow task. Must not outlive the task if that lies on an arena.
struct activation_result {
  enum class verdict {
    completed, ///< `answer` is a RespondWorkflowTaskCompletedRequest
    failed,    ///< `answer` is a RespondWorkflowTaskFailedRequest, null if the failure is not to be
               ///< reported
    query_answered,     ///< `answer` is a RespondQueryTaskCompletedRequest
    needs_full_history, ///< nothing was consumed: fetch the history from its first event and apply
                        ///< the task again
    ignored,            ///< nothing to answer; `reason` says why
  };

  verdict kind = verdict::ignored;
  answer_ptr answer = {};
  std::string reason = {}; ///< for the log: why it failed, is ignored or needs more
  bool evict = false;      ///< the instance is used up: drop it once the answer is sent
  bool finished =
      false; ///< the answer closes the run (or the run is closed already); then `evict` is set too

  activation_result();
  activation_result(activation_result&&) noexcept;
  activation_result& operator=(activation_result&&) noexcept;
  ~activation_result();
};

/// One workflow run: its coroutine, its machines, and what it must remember of its history.
///
/// A plain object: no clock, no threads, no randomness, no RPC. Feed it the run's tasks one after
/// the other and send what comes back. The answers carry the task token, identity, commands,
/// messages, query results and sdk metadata; the owner adds what belongs to the worker (sticky
/// attributes, new-task flags, deployment). Destroying it evicts the run: its suspended coroutines
/// are destroyed, and what their destructors ask of the workflow is refused.
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

  /// Runs one task: a full history, or the part behind what this instance has seen. All pages must
  /// be in it. Takes what it needs out of `task`, unless the verdict is `needs_full_history`; what
  /// names the task and its run (token, ids, type, attempt, query) stays.
  activation_result apply(temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse&& task);

  /// The service answered a completion with `reset_history_event_id`: the task was speculative and
  /// never happened.
  void undo_speculative_task(std::int64_t reset_history_event_id);

  /// What keeping it costs, in bytes, roughly: machines, frames, buffered signals.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;
  /// Events processed so far.
  [[nodiscard]] std::int64_t history_length() const noexcept;
  [[nodiscard]] const std::string& run_id() const noexcept;
  /// Where the run's coroutines wait, as text: for watchdogs and `__stack_trace`.
  [[nodiscard]] std::string stack_trace() const;

private:
  void start_over();
  [[nodiscard]] bool continues(const temporal::api::history::v1::History& history) const;
  activation_result answer_legacy_query(
      const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task);
  activation_result
  complete(const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task);

  detail::ref<engine> engine_;
};

/// Answers a task whose workflow type the worker does not know; lists the known names.
activation_result reject_unknown_type(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const workflow::environment& environment,
    const std::string& known_types);

} // namespace troupe::workflow
