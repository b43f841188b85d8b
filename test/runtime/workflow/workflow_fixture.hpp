// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"
#include "runtime/workflow/machines/transitions.hpp"
#include "runtime/workflow/task_message.hpp"
#include "test/support/history_builder.hpp"

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <string>
#include <utility>

namespace troupe::test {

std::shared_ptr<const workflow::environment> plain_environment();

/// One whole task: begun and completed. Whoever expects that the run needs something in between
/// talks to the instance itself.
workflow::activation_result apply(workflow::instance& to, workflow::task_message::message&& task);

/// What a run needs, in words: `nothing`, `page ""`, `start 1 greet; cancel 2`.
std::string text_of(const workflow::activation_need& need);

/// What an instance answered, in one line: `StartTimer 1 60s; CompleteWorkflowExecution "done"`, or
/// what went wrong.
std::string text_of(const workflow::activation_result& result);
/// The text of a failed task's error, empty if the task did not fail.
std::string failure_of(const workflow::activation_result& result);

template <class W>
workflow::instance make_instance(std::string name = "W") {
  return {workflow::define<W>(std::move(name)), plain_environment()};
}

/// A new instance is given the whole history; what it answers to its last task.
template <class W>
std::string run(const history_builder& history) {
  auto instance = make_instance<W>();
  return text_of(apply(instance, history.to_task()));
}

/// The numbers of the rows of a table that no test has taken, as text.
template <const auto& Table>
std::string rows_not_taken() {
  std::string text;
  for (std::size_t i = 0; i != std::size(Table); ++i)
    if (!workflow::transition_coverage<Table>::taken[i])
      text += " " + std::to_string(i);
  return text;
}

} // namespace troupe::test
