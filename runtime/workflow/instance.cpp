// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/instance.hpp"

#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/history/event_table.hpp"
#include "runtime/workflow/history/history_pages.hpp"
#include "runtime/workflow/task_answers.hpp"

#include <troupe/error.hpp>

#include <algorithm>
#include <optional>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;

using verdict = activation_result::verdict;

std::shared_ptr<const definition> find_definition(const definitions& all, std::string_view type) {
  if (const auto found = all.find(type); found != all.end() && !type.empty()) [[likely]]
    return found->second;
  const auto others = all.find(std::string_view{});
  return others == all.end()
             ? nullptr
             : std::make_shared<const definition>(others->second->with_name(std::string{type}));
}

void answer_deleter::operator()(google::protobuf::Message* answer) const noexcept {
  if (answer->GetArena() == nullptr)
    delete answer;
}

activation_result::activation_result() = default;
activation_result::activation_result(activation_result&&) noexcept = default;
activation_result& activation_result::operator=(activation_result&&) noexcept = default;
activation_result::~activation_result() = default;

/// What a task needs that does not go straight to its answer.
struct instance::detour {
  std::optional<history_pages> pages; ///< if its history does not come at once
  std::exception_ptr error;           ///< that ended the walk
  std::string ignored;                ///< why it gets no answer, if not empty
};

instance::instance(
    std::shared_ptr<const workflow::definition> definition,
    std::shared_ptr<const workflow::environment> environment)
    : engine_(
          detail::make_ref<engine>(std::move(definition), std::move(environment), std::string{})) {}

instance::~instance() {
  engine_->evict();
}

void instance::start_over() {
  engine_->evict();
  engine_ = engine_->fresh();
}

instance::detour& instance::on_detour() {
  if (!detour_)
    detour_ = std::make_unique<detour>();
  return *detour_;
}

activation_need instance::want_whole_history() {
  on_detour().pages.emplace(std::move(*task_->mutable_history()));
  return advance();
}

activation_need instance::ignore(std::string reason) {
  on_detour().ignored = std::move(reason);
  return {};
}

activation_need instance::begin(wire::PollWorkflowTaskQueueResponse& task) {
  task_ = &task;
  detour_ = nullptr;
  auto& history = *task.mutable_history();
  const auto seen = engine_->last_event_id();
  if (engine_->run_id().empty())
    engine_->set_run_id(task.workflow_execution().run_id());
  if (history.events_size() == 0 && task.next_page_token().empty()) {
    if (!task.has_query())
      return ignore("the task has neither events nor a query");
    if (seen == 0)
      return want_whole_history();
  } else if (history.events_size() != 0) {
    const auto first = history.events(0).event_id();
    // A gap behind what was seen; or the last task that this instance ran was never completed, and
    // what it asked for did not happen.
    const bool fits = first <= seen + 1 && (seen == 0 || continues());
    if (!fits && seen != 0)
      start_over();
    if (!fits && first != 1)
      return want_whole_history();
  }
  if (!task.next_page_token().empty())
    on_detour().pages.emplace(std::move(history), std::move(*task.mutable_next_page_token()));
  return advance();
}

bool instance::continues() const {
  for (const auto& event : task_->history().events())
    if (event.event_id() == engine_->last_event_id() + 1) {
      const auto* row = find_event(event.event_type());
      return row == nullptr || !row->undoes_task || row->ends_run;
    }
  return true;
}

activation_need instance::resume(wire::GetWorkflowExecutionHistoryResponse&& page) {
  detour_->pages->add(std::move(page), engine_->last_event_id());
  return advance();
}

activation_need instance::resume(local_result&& result) {
  try {
    engine_->resolve_local(std::move(result));
  } catch (...) {
    on_detour().error = std::current_exception();
  }
  return local_need();
}

/// Walks over the events that are there.
activation_need instance::advance() {
  auto* pages = detour_ && detour_->pages ? &*detour_->pages : nullptr;
  try {
    const bool is_done = engine_->apply(
        pages != nullptr ? pages->events() : *task_->mutable_history(),
        {.replay_only = task_->has_query(),
         .more_to_come = pages != nullptr && !pages->is_whole(),
         .messages = &task_->messages()});
    if (!is_done)
      return {.kind = activation_need::what::history, .page_token = pages->next_token()};
  } catch (...) {
    on_detour().error = std::current_exception();
  }
  return local_need();
}

activation_need instance::local_need() {
  // A query only looks at the run, and what a run that ends has under way ends with it.
  if (task_->has_query() || engine_->closing() || engine_->task_error() != nullptr
      || (detour_ && detour_->error != nullptr))
    return {};
  return engine_->local_work_to_do();
}

activation_result instance::complete() {
  auto result = outcome();
  result.replayed = engine_->take_replay_time();
  task_ = nullptr;
  detour_ = nullptr;
  return result;
}

activation_result instance::outcome() {
  if (detour_ && !detour_->ignored.empty())
    return task_ignored(std::move(detour_->ignored));
  if (detour_ && detour_->error != nullptr)
    return failed(detour_->error);
  if (engine_->task_error() != nullptr)
    return failed(engine_->task_error(), engine_->take_failed_messages());
  return task_->has_query() ? answer_query_task(*task_, *engine_) : answer_task();
}

activation_result
instance::failed(const std::exception_ptr& error, std::vector<failed_message> messages) const {
  auto cause = enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
  auto readable = error;
  try {
    std::rethrow_exception(error);
  } catch (const nondeterminism_error& what) {
    cause = enums::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR;
    readable = std::make_exception_ptr(application_error(what.what()));
  } catch (const history_error& what) {
    readable = std::make_exception_ptr(application_error(what.what()));
  } catch (...) {
    // What the code let out goes as it is.
  }
  if (cause == enums::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR && !task_->has_query()
      && engine_->fails_workflow(error))
    return workflow_failed(*task_, *engine_, readable);
  auto result = task_failed(*task_, engine_->environment(), engine_->converter(), readable, cause);
  result.failed_messages = std::move(messages);
  return result;
}

activation_result instance::answer_task() {
  auto& run = *engine_;
  const auto& task = *task_;
  if (run.closed_by_history()) {
    auto result = task_ignored("the run is closed already");
    result.evict = result.finished = true;
    return result;
  }
  if (run.last_event_id() < task.started_event_id()) {
    // Its end stands in a page that was read after it: too many events came while it was out, say.
    if (detour_ && detour_->pages && detour_->pages->last_event_id() > task.started_event_id()) {
      auto result = task_ignored("the service has ended the task while its history was read");
      result.evict = true;
      return result;
    }
    return failed(std::make_exception_ptr(history_error(
        "the history ends with event " + std::to_string(run.last_event_id())
        + ", before the task's event " + std::to_string(task.started_event_id()))));
  }
  activation_result result;
  result.kind = verdict::completed;
  result.failed_messages = run.take_failed_messages();
  auto& answer = make_answer<wire::RespondWorkflowTaskCompletedRequest>(result, task);
  answer.set_identity(run.environment().identity);
  answer.set_namespace_(run.environment().name_space);
  answer.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
  run.write_commands(*answer.mutable_commands());
  run.write_messages(*answer.mutable_messages());
  answer_queries(task, run, answer, result);
  write_metadata(run, answer);
  result.finished = run.closing();
  if (result.finished) {
    result.closing_command = run.closing_command();
    result.error = run.closing_error();
    result.started = run.start_time();
    run.warn_of_unfinished_handlers();
  }
  result.spans = run.take_spans();
  result.evict = result.finished;
  if (!result.finished && run.waits_for_local_work())
    answer.set_force_create_new_workflow_task(true);
  return result;
}

void instance::undo_speculative_task(std::int64_t reset_history_event_id) {
  // The task's own two events never happened. Those before them did, and come again with the next
  // task: they must not be walked over twice.
  constexpr std::int64_t events_of_task = 2;
  if (reset_history_event_id > 0 && reset_history_event_id < engine_->last_event_id())
    engine_->set_last_event_id(
        std::max(reset_history_event_id, engine_->last_event_id() - events_of_task));
}

std::size_t instance::memory_bytes() const noexcept {
  return sizeof(*this) + engine_->memory_bytes();
}

std::int64_t instance::history_length() const noexcept {
  return engine_->last_event_id();
}

const std::string& instance::run_id() const noexcept {
  return engine_->run_id();
}

info instance::get_info() const {
  return engine_->get_info();
}

std::vector<std::string> instance::waits_for() const {
  return engine_->waits_for();
}

std::string instance::stack_trace() const {
  return engine_->stack_trace();
}

} // namespace troupe::workflow
