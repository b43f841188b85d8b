// SPDX-License-Identifier: Apache-2.0
// Runs random programs in virtual time, on workers that keep few runs in memory. Every run must end
// as its program says, and its history must replay.
//
//   kitchen_sink --programs 10000 --seed 1
//
// (`make kitchen-sink`; a few of them are a part of `make test`.)
//
// Programs run in groups, each in an environment of its own, whose seed decides every order. A
// failing group says how it runs again alone.

#include "bench/kitchen_sink/interpreter.hpp"
#include "bench/kitchen_sink/program.hpp"

#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/log.hpp>
#include <troupe/payload/convert.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/testing/replayer.hpp>

#include <CLI/CLI.hpp>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace kitchen_sink;
using namespace std::chrono_literals;

constexpr int group_size = 25;
const std::string queue = "sink";

struct totals {
  std::size_t programs = 0;
  std::size_t actions = 0;
  std::size_t runs = 0;
  std::size_t events = 0;
  std::array<std::size_t, 4> endings{};
  std::size_t failed = 0;
};

using handle_type = troupe::workflow_handle<std::int64_t>;

struct started {
  program what;
  handle_type handle;
};

/// What came of a workflow, in words that can be compared.
std::string outcome_of(const handle_type& handle) {
  try {
    return "result " + std::to_string(handle.result());
  } catch (const troupe::workflow_failed_error& error) {
    if (const auto* failed = troupe::find_cause<troupe::application_error>(
            error, [](const auto& one) { return one.type() == "KitchenSink"; }))
      return "failure "
             + std::to_string(troupe::decode_value<std::int64_t>(failed->details().at(0)));
    if (troupe::find_cause<troupe::terminated_error>(error) != nullptr)
      return "terminated";
    if (troupe::find_cause<troupe::canceled_error>(error) != nullptr)
      return "canceled";
    return troupe::describe(error);
  }
}

std::string expected_of(const program& what) {
  switch (what.ending) {
  case ending::failure: return "failure " + std::to_string(sum_of(what));
  case ending::canceled: return "canceled";
  case ending::terminated: return "terminated";
  case ending::result: break;
  }
  return "result " + std::to_string(sum_of(what));
}

/// Sends what a program waits for, or what ends it.
void drive(const started& one, std::mt19937_64& chance, troupe::testing::environment& world) {
  const auto expected = messages_of(one.what.what);
  for (int left = expected.signals; left > 0; --left)
    one.handle.signal("tell", signal_value);
  for (int left = expected.updates; left > 0; --left)
    if (chance() % 2 == 0)
      (void)one.handle.execute_update<std::int64_t>("add", update_value);
    else
      (void)one.handle.start_update<std::int64_t>("add", update_value);
  // At any time, and whatever comes of it. The next run of a chain begins a second later, and is
  // not ready to be asked until then.
  if (chance() % 4 == 0 && one.what.runs_after.empty())
    (void)one.handle.query<interpreter::told>();
  if (one.what.ending == ending::canceled) {
    world.advance(std::chrono::milliseconds{chance() % 20'000});
    one.handle.cancel();
  } else if (one.what.ending == ending::terminated) {
    world.advance(std::chrono::milliseconds{chance() % 20'000});
    one.handle.terminate("its program says so");
  }
}

/// The history of a run that went wrong, for whoever looks into it.
std::string story_of(const handle_type& handle) {
  std::string text;
  for (const auto& event : handle.history())
    text += "\n    " + std::to_string(event.id()) + " " + event.type();
  return text;
}

/// Replays all runs there are, children and the workflows behind operations included.
void replay_all(const troupe::client& client, totals& sum, std::vector<std::string>& problems) {
  troupe::testing::replayer replayer;
  replayer.add<interpreter>();
  for (const auto& run : client.list_workflows("")) {
    temporal::api::history::v1::History history;
    for (const auto& event : client.get_workflow(run.id, run.run_id).history())
      *history.add_events() = event.message();
    ++sum.runs;
    sum.events += static_cast<std::size_t>(history.events_size());
    const auto replayed = replayer.replay_binary(history.SerializeAsString(), run.id);
    if (!replayed.ok())
      problems.push_back("the history of " + run.id + " does not replay: " + replayed.message);
  }
}

/// What a run that has come to its own end shows of itself, in words; empty if it is right.
std::string remains_of(const started& one) {
  std::string wrong;
  const auto compare = [&wrong](const char* what, std::int64_t is, std::int64_t wanted) {
    if (is != wanted)
      wrong += std::string{what} + " is " + std::to_string(is) + " instead of "
               + std::to_string(wanted) + "; ";
  };
  const auto about = one.handle.describe();
  const auto upserts = upserts_of(one.what);
  compare("its memo", about.memo_of<std::int64_t>(upserts_attribute.name).value_or(0), upserts);
  compare("its attribute", about.search_attribute_of(upserts_attribute).value_or(0), upserts);
  compare(
      "the answer to a query",
      one.handle.query<interpreter::told>(),
      messages_of(one.what.what).updates);
  return wrong;
}

/// What went wrong in it.
std::vector<std::string> run_group(std::uint64_t seed, int programs, totals& sum) {
  std::mt19937_64 chance{seed};
  troupe::testing::environment world{
      {.service =
           {.endpoints = {{std::string{endpoint_name}, "default", queue}},
            .search_attributes =
                {{std::string{upserts_attribute.name}, troupe::search_attribute_type::integer}}},
       .seed = seed}};
  const auto client = world.connect();
  constexpr std::array<std::size_t, 4> sizes{1, 2, 5, 1000};
  auto first = world.make_worker(
      client, {.task_queue = queue, .max_cached_workflows = sizes[chance() % sizes.size()]});
  auto second = world.make_worker(
      client, {.task_queue = queue, .max_cached_workflows = sizes[chance() % sizes.size()]});
  add_to(first);
  add_to(second);
  first.start();
  second.start();

  std::vector<std::string> problems;
  std::vector<started> all;
  for (int n = 0; n < programs; ++n) {
    auto what = make_program(chance);
    auto handle = client.start_workflow<interpreter>(
        {.id = "program-" + std::to_string(n), .task_queue = queue}, what);
    all.push_back({std::move(what), std::move(handle)});
  }
  for (const auto& one : all) {
    drive(one, chance, world);
  }
  for (const auto& one : all) {
    ++sum.programs;
    ++sum.endings[static_cast<std::size_t>(one.what.ending)];
    sum.actions += size_of(one.what);
    const auto expected = expected_of(one.what);
    std::string came;
    std::string remains;
    try {
      came = outcome_of(one.handle);
      if (one.what.ending == ending::result || one.what.ending == ending::failure)
        remains = remains_of(one);
    } catch (const std::exception& error) { // it never ends
      came = troupe::describe(error);
    }
    if (came != expected)
      problems.push_back(
          one.handle.id() + " ended with '" + came + "' instead of '" + expected + "'"
          + story_of(one.handle));
    if (!remains.empty())
      problems.push_back(one.handle.id() + ": " + remains + story_of(one.handle));
  }
  world.advance(1h); // what is left of the cancelled and terminated ones ends
  replay_all(client, sum, problems);
  first.stop();
  second.stop();
  return problems;
}

} // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Runs random programs in virtual time: each must end as it says, and replay."};
  int programs = 10'000;
  std::uint64_t seed = 1;
  app.add_option("--programs", programs, "How many")->capture_default_str();
  app.add_option("--seed", seed, "Of the first group of 25; the next ones count up")
      ->capture_default_str();
  bool is_verbose = false;
  app.add_flag("--verbose", is_verbose, "Writes what workers and service log");
  CLI11_PARSE(app, argc, argv);
  troupe::log::set_level(is_verbose ? troupe::log::level::debug : troupe::log::level::error);

  totals sum;
  for (int left = programs; left > 0; left -= group_size, ++seed) {
    std::vector<std::string> problems;
    try {
      problems = run_group(seed, std::min(left, group_size), sum);
    } catch (const std::exception& error) {
      problems.push_back(troupe::describe(error));
    }
    sum.failed += problems.size();
    for (const auto& each : problems)
      std::cerr << "seed " << seed << ": " << each << "\n  again: kitchen_sink --seed " << seed
                << " --programs " << std::min(left, group_size) << '\n';
  }
  std::cout << sum.programs << " programs of " << sum.actions << " actions: " << sum.endings[0]
            << " gave a result, " << sum.endings[1] << " failed, " << sum.endings[2]
            << " were canceled, " << sum.endings[3] << " terminated; " << sum.runs << " runs with "
            << sum.events << " events replayed; " << sum.failed << " problems\n";
  return sum.failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << troupe::describe(error) << '\n';
  return 1;
}
