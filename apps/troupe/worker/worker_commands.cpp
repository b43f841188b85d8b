// SPDX-License-Identifier: Apache-2.0
// `troupe worker ...`.

#include "actors/public/snapshot_json.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/worker/http_get.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/time/time_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cli {
namespace {

using rows = std::vector<std::vector<std::string>>;

struct inspect_flags {
  std::string address;
  std::string workflow_id;
  std::int64_t runs = 20;
};

std::string yes_if(bool so, const char* what) {
  return so ? what : "";
}

template <class List>
std::string joined(const List& parts) {
  std::string all;
  for (const auto& each : parts)
    all.append(all.empty() ? "" : ", ").append(each);
  return all;
}

std::string place_of(const worker_snapshot::shard& shard) {
  std::vector<std::string> what;
  if (!shard.answered)
    what.emplace_back("does not answer");
  if (shard.busy.count() > 0)
    what.push_back("in one turn for " + go_duration(shard.busy));
  if (!shard.coroutine.empty())
    what.push_back("in " + shard.coroutine);
  return joined(what);
}

std::string actors_of(const worker_snapshot::shard& shard) {
  std::vector<std::string> kinds;
  for (const auto& [name, kind] : shard.actors)
    kinds.push_back(
        std::to_string(kind.count) + ' ' + name
        + (kind.messages == 0 ? "" : " (" + std::to_string(kind.messages) + " messages wait)"));
  return joined(kinds);
}

void section(
    const char* heading,
    const std::vector<std::string>& columns,
    const rows& of,
    const global_flags& flags) {
  if (of.empty())
    return;
  print("\n");
  say_heading(heading, flags);
  print(table(flags, columns, of));
}

void print_text(const worker_snapshot& worker, const global_flags& flags) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  say_heading("Worker:", flags);
  properties lines{
      {"Namespace", worker.name_space},
      {"TaskQueue", worker.task_queue},
      {"Identity", worker.identity},
      {"State", std::string{boost::describe::enum_to_string(worker.state, "unknown")}}};
  if (!worker.error.empty())
    lines.push_back({"Error", worker.error});
  lines.push_back({"RunsInMemory", number(worker.runs_in_memory)});
  print(property_list(lines));

  rows shards, pollers, slots, shares, runs, requests, activities, failures;
  for (const auto& each : worker.shards)
    shards.push_back(
        {number(each.number),
         place_of(each),
         number(each.queued),
         number(each.timers),
         number(each.threads_away) + " of " + number(each.threads_left_behind),
         actors_of(each)});
  section("Shards:", {"Shard", "Now", "Queued", "Timers", "ThreadsAway", "Actors"}, shards, flags);
  for (const auto& each : worker.pollers) {
    std::vector<std::string> state;
    for (auto&& one :
         {yes_if(each.waits_for_slot, "waits for a slot"), yes_if(each.backs_off, "backs off")})
      if (!one.empty())
        state.push_back(one);
    if (each.lost != 0)
      state.push_back(number(each.lost) + " lost");
    pollers.push_back(
        {number(each.shard),
         each.type,
         number(each.open) + " of " + number(each.wanted),
         go_duration(each.oldest_open),
         joined(state),
         each.last_error});
  }
  section("Pollers:", {"Shard", "Type", "Open", "Oldest", "State", "LastError"}, pollers, flags);
  for (const auto& each : worker.slot_kinds)
    slots.push_back(
        {each.kind,
         number(each.used),
         each.capacity ? number(*each.capacity) : std::string{"?"},
         each.supplier});
  section("Slots:", {"Kind", "Used", "Capacity", "Supplier"}, slots, flags);
  for (const auto& each : worker.slot_kinds)
    if (each.of_host)
      shares.push_back(
          {each.kind,
           go_number(each.of_host->weight),
           number(each.of_host->minimum),
           number(each.of_host->running),
           number(each.of_host->polls),
           number(each.of_host->waiting_tasks),
           go_duration(each.of_host->longest_wait)});
  section(
      "Shares:",
      {"Kind", "Weight", "Minimum", "Running", "Polls", "Waiting", "LongestWait"},
      shares,
      flags);
  for (const auto& each : worker.runs)
    runs.push_back(
        {number(each.shard),
         each.workflow_id,
         each.run_id,
         each.workflow_type,
         yes_if(each.has_task, "task"),
         std::to_string(each.history_length),
         joined(each.waits_for)});
  section(
      "Runs:", {"Shard", "WorkflowId", "RunId", "Type", "Has", "Events", "WaitsFor"}, runs, flags);
  for (const auto& each : worker.requests)
    requests.push_back(
        {number(each.shard),
         each.service,
         each.operation,
         each.request_id,
         each.step,
         go_duration(each.age),
         each.remaining ? go_duration(*each.remaining) : std::string{}});
  section(
      "Requests:",
      {"Shard", "Service", "Operation", "RequestId", "Step", "Age", "Remaining"},
      requests,
      flags);
  for (const auto& each : worker.activities)
    activities.push_back(
        {number(each.shard),
         each.activity_type,
         each.activity_id,
         each.workflow_id,
         each.run_id,
         std::to_string(each.attempt),
         yes_if(each.is_local, "local"),
         each.told_to_stop,
         go_duration(each.age)});
  section(
      "Activities:",
      {"Shard", "Type", "ActivityId", "WorkflowId", "RunId", "Attempt", "Is", "ToldToStop", "Age"},
      activities,
      flags);
  for (const auto& each : worker.failures)
    failures.push_back({rfc3339(each.time), each.what, each.source, each.error});
  section("Failures:", {"Time", "What", "Of", "Error"}, failures, flags);
}

std::string default_address() {
  const char* set = std::getenv("TROUPE_METRICS_ADDRESS"); // NOLINT(concurrency-mt-unsafe)
  return set == nullptr || *set == '\0' ? "127.0.0.1:9464" : set;
}

void inspect(const inspect_flags& given, const global_flags& flags) {
  if (flags.address)
    throw command_error(
        "worker inspect asks the worker and no service: --metrics-address says where it is");
  std::string path = "/inspect?runs=" + std::to_string(std::max<std::int64_t>(given.runs, 0));
  if (!given.workflow_id.empty()) {
    path += "&workflow-id=";
    append_query_value(path, given.workflow_id);
  }
  auto address = given.address.empty() ? default_address() : given.address;
  if (constexpr std::string_view scheme = "http://"; address.starts_with(scheme))
    address.erase(0, scheme.size()); // as it is written everywhere else
  if (address.ends_with('/'))
    address.pop_back();
  const auto body = http_get(address, path, std::chrono::seconds{10});
  detail::inspected_workers all;
  try {
    all = from_json<detail::inspected_workers>(body);
  } catch (const std::exception& error) {
    throw command_error(
        "what answers at " + address + " is no worker of this version: " + error.what());
  }
  print_json(flags.is_json() ? std::string_view{body} : std::string_view{}, flags);
  if (flags.format() != output_format::text)
    return;
  bool is_first = true;
  for (const auto& each : all.workers) {
    if (!std::exchange(is_first, false))
      print("\n");
    print_text(each, flags);
  }
}

} // namespace

void add_worker_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("worker", "Look into workers")->require_subcommand(1);
  auto [command, given] = add_command<inspect_flags>(
      group,
      flags,
      "inspect",
      "Show what a worker of Troupe does at this moment, asked over its own port",
      inspect);
  add_text(
      command,
      "--metrics-address",
      given.address,
      "HOST:PORT where the worker shows itself; TROUPE_METRICS_ADDRESS or 127.0.0.1:9464 if "
      "absent");
  add_text(command, "-w,--workflow-id", given.workflow_id, "Only the runs of this workflow");
  add_number(command, "--runs", given.runs, "How many runs of each shard to show");
}

} // namespace troupe::cli
