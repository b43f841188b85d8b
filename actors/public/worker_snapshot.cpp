// SPDX-License-Identifier: Apache-2.0
// What a worker tells of itself: from its actors and from its metrics.
#include "actors/public/worker_impl.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

namespace troupe::detail {

namespace {

worker_snapshot::tasks tasks_of(const telemetry::snapshot& seen, std::string_view worker_type) {
  const telemetry::labels of_kind{{"worker_type", std::string{worker_type}}};
  worker_snapshot::tasks result;
  result.accepted = static_cast<std::uint64_t>(seen.total("task_accepted", of_kind));
  if (const auto* ended = seen.find("task_ended"))
    for (const auto& each : ended->series)
      if (each.value > 0 && each.matches(of_kind))
        result.outcomes[std::string{each.label("outcome").value_or("")}] +=
            static_cast<std::uint64_t>(each.value);
  return result;
}

/// `name{label="value"}`, without the labels that all metrics of a worker share; the name alone if
/// there are no others.
std::string key_of(const std::string& name, const telemetry::labels& labels) {
  std::string inside;
  for (const auto& [label, value] : labels)
    if (label != "namespace" && label != "task_queue")
      inside.append(inside.empty() ? "" : ",")
          .append(label)
          .append("=\"")
          .append(value)
          .append("\"");
  return inside.empty() ? name : name + "{" + inside + "}";
}

std::optional<host_share> share_of(const actors::slot_supplier& slots, time_point now) {
  const auto seen = slots.share();
  if (!seen)
    return std::nullopt;
  return host_share{
      .weight = seen->weight,
      .minimum = seen->minimum,
      .running = seen->running,
      .polls = seen->polls,
      .waiting_tasks = seen->waiting_tasks,
      .longest_wait = longest_wait(*seen, now),
      .waits_to_poll = seen->waits_to_poll};
}

/// Of all shards together.
void add_parts(worker_snapshot& to, std::vector<actors::inspected_part> parts) {
  const auto append = [](auto& list, auto& more) {
    std::move(more.begin(), more.end(), std::back_inserter(list));
  };
  for (auto& each : parts) {
    to.shards.push_back(std::move(each.shard));
    append(to.pollers, each.pollers);
    append(to.runs, each.runs);
    to.runs_in_memory += each.runs_in_memory;
    append(to.requests, each.requests);
    append(to.activities, each.activities);
    append(to.failures, each.failures);
  }
  std::ranges::sort(to.failures, std::ranges::greater{}, &worker_snapshot::failure::time);
}

} // namespace

worker_snapshot worker_impl::snapshot(const snapshot_options& what) const {
  worker_snapshot result;
  result.state = state();
  result.name_space = client_.name_space();
  result.task_queue = options_.task_queue;
  result.identity = options_.identity;
  const auto* core = started_.load();
  if (core == nullptr)
    return result;
  result.error = core->error();
  add_parts(result, core->inspect(what, [this] { home_->run_what_is_due(); }));
  const auto seen = core->context().metrics->read();
  const auto now = shards_.front()->now();
  const auto add_slots = [&](const auto& of) {
    if (!of.slots)
      return;
    const auto used =
        seen.total("worker_task_slots_used", {{"worker_type", std::string{of.worker_type}}});
    result.slot_kinds.push_back(
        {.kind = std::string{of.name},
         .supplier = std::string{of.slots->sort()},
         .capacity = of.slots->capacity(),
         .used = static_cast<std::uint64_t>(std::max(used, 0.0)),
         .of_host = share_of(*of.slots, now)});
  };
  for (const auto& each : core->context().kinds) {
    add_slots(each);
    add_slots(each.inner);
  }
  result.nexus = tasks_of(seen, "NexusWorker");
  result.workflow = tasks_of(seen, "WorkflowWorker");
  result.activity = tasks_of(seen, "ActivityWorker");
  const auto nanoseconds = [](std::uint64_t value) {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(value)};
  };
  for (const auto& family : seen.families) {
    if (family.kind == telemetry::metric_kind::histogram) {
      const auto total = seen.histogram(family.name);
      result.latencies[family.name] = {
          total.count,
          nanoseconds(total.sum),
          nanoseconds(total.quantile(0.5)),
          nanoseconds(total.quantile(0.99))};
      continue;
    }
    for (const auto& each : family.series) {
      const auto value = static_cast<std::uint64_t>(std::max(each.value, 0.0));
      const auto key = key_of(family.name, each.labels);
      result.metrics[family.name] += value;
      if (key != family.name)
        result.metrics[key] += value;
    }
  }
  return result;
}

} // namespace troupe::detail
