// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_code.hpp"

#include "actors/worker/workflow/workflow_instance_actor.hpp"

#include <caf/actor_cast.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::actors {

workflow_code::workflow_code(workflow_instance_actor& of) : of_(&of) {}
workflow_code::~workflow_code() = default;

void workflow_code::prepare(workflow_job& with, std::unique_ptr<history_page> page) {
  alive_ = caf::actor_cast<caf::strong_actor_ptr>(of_);
  job_ = &with;
  page_ = std::move(page);
}

void workflow_code::prepare(workflow_job& with, workflow::local_result&& told) {
  prepare(with, nullptr);
  told_ = std::move(told);
}

void workflow_code::prepare_to_answer(workflow_job& with) {
  prepare(with, nullptr);
  only_answers_ = true;
}

void workflow_code::prepare_to_reject(
    workflow_job& with,
    std::shared_ptr<const workflow::environment> environment,
    std::string known_types) {
  prepare(with, nullptr);
  rejects_for_ = std::move(environment);
  known_types_ = std::move(known_types);
}

void workflow_code::step() noexcept {
  if (job_ == nullptr)
    return;
  try {
    if (const auto environment = std::move(rejects_for_)) [[unlikely]] {
      need = {};
      result = workflow::reject_unknown_type(*job_->task, *environment, known_types_);
      return;
    }
    auto& run = *job_->run;
    if (std::exchange(only_answers_, false)) [[unlikely]] {
      need = {};
    } else if (told_) [[unlikely]] {
      need = run.resume(*std::exchange(told_, std::nullopt));
    } else {
      need = page_ ? run.resume(std::move(*page_)) : run.begin(*job_->task);
      page_ = nullptr;
    }
    if (need.kind == workflow::activation_need::what::nothing)
      result = run.complete();
  } catch (...) {
    error = std::current_exception();
  }
}

void workflow_code::came_back() noexcept {
  const auto alive = std::move(alive_);
  if (job_ != nullptr && of_ != nullptr)
    of_->code_came_back();
}

void workflow_code::left_behind(const std::source_location& coroutine) noexcept {
  const auto alive = std::move(alive_);
  std::exchange(of_, nullptr)->code_left_behind(coroutine);
}

void workflow_code::dissolve() noexcept {
  // In the order in which one uses the other: an answer may lie in its task's memory.
  result.reset();
  error = nullptr;
  kept_ = nullptr;
}

} // namespace troupe::actors
