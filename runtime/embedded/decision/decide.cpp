// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/callback_rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/record/record.hpp"

#include <temporal/api/failure/v1/message.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

/// What follows from the new state: requests, deliveries, rows, the timer.
void finish(change& ch) {
  auto& tx = ch.tx;
  // By index: sending may change further runs.
  for (std::size_t at = 0; at < ch.touched().size(); ++at) {
    run& on = *ch.touched()[at].on;
    dispatch_nexus_requests(ch, on);
    dispatch_callbacks(ch, on);
  }
  if (!tx.changed && tx.removed_runs.empty())
    return;
  const auto& removed = tx.removed_runs;
  for (const auto& each : ch.touched()) {
    const bool stays = std::find(removed.begin(), removed.end(), each.on->id) == removed.end();
    if (each.shown && stays)
      tx.effects.push_back(visibility_put{list_row(ch.rec, each.on->id)});
    if (each.grew && stays)
      tx.effects.push_back(readers_wake{each.on->id});
  }
  for (const auto& run_id : removed) {
    std::erase_if(ch.rec.runs, [&](const auto& each) { return each->id == run_id; });
    tx.effects.push_back(visibility_remove{run_id});
    tx.effects.push_back(readers_wake{run_id});
  }
  tx.effects.push_back(record_timer{next_deadline(ch.rec)});
}

} // namespace

std::shared_ptr<record>
make_record(std::string name_space, std::string namespace_id, std::string workflow_id) {
  auto made = std::make_shared<record>();
  made->name_space = std::move(name_space);
  made->namespace_id = std::move(namespace_id);
  made->workflow_id = std::move(workflow_id);
  return made;
}

bool is_empty(const record& rec) {
  return rec.runs.empty();
}

transaction decide(record& rec, const input& what, surroundings around) {
  transaction tx;
  change ch{rec, around, tx};
  std::visit([&](const auto& each) { handle(ch, each); }, what);
  finish(ch);
  return tx;
}

transaction resume(record& rec, surroundings around) {
  transaction tx;
  change ch{rec, around, tx};
  for (const auto& each : rec.runs) {
    run& on = *each;
    auto& state = on.state;
    for (auto& callback : state.callbacks)
      callback.under_way = false;
    for (auto& [id, operation] : state.nexus_operations) {
      operation.answer_overdue.reset();
      if (operation.cancel)
        operation.cancel->answer_overdue.reset();
    }
    ch.touch(on);
    if (!on.open() || !state.task || state.task->started())
      continue;
    const auto& task = *state.task;
    tx.effects.push_back(workflow_task_dispatch{
        task.task_queue,
        task.sticky,
        state.task_queue,
        on.id,
        task.scheduled_event_id,
        task.stamp,
        task.scheduled_time});
  }
  finish(ch);
  return tx;
}

std::shared_ptr<const api::failure::v1::Failure> callback_refusal(const rpc_status& status) {
  auto failure = std::make_shared<api::failure::v1::Failure>();
  failure->set_message("handler error (NOT_FOUND): " + status.message);
  failure->mutable_application_failure_info()->set_non_retryable(true);
  return failure;
}

} // namespace troupe::embedded
