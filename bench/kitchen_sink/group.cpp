// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/group.hpp"

#include "bench/kitchen_sink/codecs.hpp"
#include "bench/kitchen_sink/interpreter.hpp"
#include "bench/kitchen_sink/operations.hpp"
#include "bench/kitchen_sink/trip.hpp"

#include <troupe/testing/environment.hpp>
#include <troupe/testing/replayer.hpp>

#include <temporal/api/history/v1/message.pb.h>

#include <chrono>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

namespace kitchen_sink {

namespace {

using namespace std::chrono_literals;

/// Until what a group has left behind is over.
constexpr auto afterwards = 8h;

/// The workers of a group, which are exchanged while it runs.
class fleet {
public:
  fleet(troupe::testing::environment& world, const troupe::client& with, std::mt19937_64& chance)
      : world_(world), client_(with), chance_(chance) {
    start();
  }

  /// The next ones have other code.
  void deploy() {
    stop();
    here().code = code_state::patched;
    start();
  }
  void stop() {
    for (auto& each : workers_)
      each.stop();
    workers_.clear();
  }

private:
  void start() {
    for (const auto of : {queue, queue, other_queue}) {
      constexpr std::array<std::size_t, 4> sizes{1, 2, 5, 1000};
      auto& made = workers_.emplace_back(world_.make_worker(
          client_,
          {.task_queue = std::string{of},
           .max_cached_workflows = sizes[chance_() % sizes.size()],
           // Some are to wait for others until they take a patch.
           .activates_patch = [takes_all = chance_() % 2 == 0](
                                  const troupe::workflow::info&,
                                  std::string_view id) { return takes_all || id != "patch-2"; },
           .graceful_shutdown_timeout = 1h}));
      add_to(made);
      made.start();
    }
  }

  troupe::testing::environment& world_;
  const troupe::client& client_;
  std::mt19937_64& chance_;
  std::vector<troupe::worker> workers_;
};

const temporal::api::failure::v1::Failure*
failure_of(const temporal::api::history::v1::History& history) {
  const auto& last = *history.events().rbegin();
  return last.has_workflow_execution_failed_event_attributes()
             ? &last.workflow_execution_failed_event_attributes().failure()
             : nullptr;
}

/// It failed as no program does.
bool is_broken(const temporal::api::failure::v1::Failure* failure) {
  for (; failure != nullptr; failure = failure->has_cause() ? &failure->cause() : nullptr)
    if (failure->application_failure_info().type() == "Broken")
      return true;
  return false;
}

void replay_all(
    const troupe::client& client, encoding how, totals& sum, std::vector<std::string>& problems) {
  here().code = code_state::settled;
  here().counts = false;
  troupe::testing::replayer replayer{
      {.converter = converter_for(how), .interceptors = {make_trip_worker_interceptor()}}};
  replayer.add<interpreter>();
  replayer.add(troupe::workflow::define<interpreter>(std::string{interpreter::other_name}));
  for (const auto& run : client.list_workflows("")) {
    temporal::api::history::v1::History history;
    for (const auto& event : client.get_workflow(run.id, run.run_id).history())
      *history.add_events() = event.message();
    ++sum.runs;
    sum.events += static_cast<std::size_t>(history.events_size());
    const auto which = "the run " + run.run_id + " of " + run.id;
    if (run.status == troupe::workflow_status::running)
      problems.push_back(which + " is left running" + story_of(client, run.id, run.run_id));
    if (is_broken(failure_of(history)))
      problems.push_back(
          which + " is broken: " + failure_of(history)->ShortDebugString()
          + story_of(client, run.id, run.run_id));
    const auto bytes = history.SerializeAsString();
    if (how != encoding::plain && bytes.find(hidden_word) != std::string::npos)
      problems.push_back(which + " says in plain words what it does");
    const auto replayed = replayer.replay_binary(bytes, run.id);
    if (!replayed.ok())
      problems.push_back("the history of " + which + " does not replay: " + replayed.message);
  }
}

template <class Counts, class Sums>
void add_up(const Counts& counts, Sums& sums) {
  for (std::size_t at = 0; at < sums.size(); ++at)
    sums[at] += counts[at];
}

std::vector<std::string> run_programs(std::uint64_t seed, int programs, totals& sum) {
  std::mt19937_64 chance{seed};
  troupe::testing::environment world{
      {.service =
           {.endpoints = {{std::string{endpoint_name}, "default", std::string{queue}}},
            .search_attributes =
                {{std::string{upserts_attribute.name}, troupe::search_attribute_type::integer}},
            .dynamic_config = {{"history.enableSignalWithStartFromWorkflow", "true"}}},
       .seed = seed}};
  const auto how = static_cast<encoding>(below(chance, 3));
  const auto client = world.connect("default", converter_for(how), {make_trip_interceptor()});
  fleet workers{world, client, chance};

  std::vector<std::string> problems;
  std::vector<driver> all;
  all.reserve(static_cast<std::size_t>(programs));
  for (int n = 0; n < programs; ++n)
    all.emplace_back(
        "program-" + std::to_string(n), make_plan(chance), client, world, chance, sum.did);
  const auto deployment = below(chance, 2 * programs); // half of the groups have none
  for (int n = 0; n < programs; ++n) {
    if (n == deployment) {
      workers.deploy();
      ++sum.deployments;
    }
    all[static_cast<std::size_t>(n)].drive();
  }
  for (auto& one : all) {
    ++sum.programs;
    ++sum.ended[static_cast<std::size_t>(one.what().what.ending)];
    sum.actions += size_of(one.what().what);
    for (auto& problem : one.judge())
      problems.push_back(std::move(problem));
  }
  world.advance(afterwards);
  replay_all(client, how, sum, problems);
  workers.stop();
  return problems;
}

} // namespace

std::vector<std::string> run_group(std::uint64_t seed, int programs, totals& sum) {
  surroundings world;
  enter(&world);
  std::vector<std::string> problems;
  try {
    problems = run_programs(seed, programs, sum);
  } catch (const std::exception& error) {
    problems.emplace_back(error.what());
  }
  enter(nullptr);
  add_up(world.done, sum.done);
  add_up(world.seen, sum.seen);
  return problems;
}

} // namespace kitchen_sink
