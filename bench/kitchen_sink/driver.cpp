// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/driver.hpp"

#include "bench/kitchen_sink/interpreter.hpp"

#include <troupe/client/errors.hpp>
#include <troupe/error.hpp>
#include <troupe/payload/convert.hpp>

#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <utility>

namespace kitchen_sink {

namespace {

using namespace std::chrono_literals;

bool ends_by_itself(const program& what) {
  return what.ending == ending::result || what.ending == ending::failure;
}

/// What came of a workflow, in words that can be compared.
std::string words_for(const troupe::workflow_failed_error& error) {
  if (const auto* failed = troupe::find_cause<troupe::application_error>(
          error, [](const auto& one) { return one.type() == "KitchenSink"; }))
    return "failure " + std::to_string(troupe::decode_value<std::int64_t>(failed->details().at(0)));
  if (troupe::find_cause<troupe::terminated_error>(error) != nullptr)
    return "terminated";
  if (troupe::find_cause<troupe::canceled_error>(error) != nullptr)
    return "canceled";
  if (dynamic_cast<const troupe::timeout_error*>(error.cause().get()) != nullptr)
    return "timed out";
  return troupe::describe(error);
}

} // namespace

driver::driver(
    std::string id,
    plan what,
    const troupe::client& with,
    troupe::testing::environment& world,
    std::mt19937_64& chance,
    deed_counts& counts)
    : id_(std::move(id)), what_(std::move(what)), client_(with), world_(world), chance_(chance),
      counts_(counts), left_(messages_of(what_.what.what)) {
  begin();
}

void driver::begin() {
  troupe::start_workflow_options options{
      .id = id_,
      .task_queue = std::string{queue},
      .run_timeout = what_.run_timeout,
      .start_delay = what_.start_delay};
  if (what_.attempts > 0)
    options.retry_policy = troupe::workflow::retry_policy{.maximum_attempts = what_.attempts};
  if (what_.cron_runs > 0)
    options.cron_schedule = "* * * * *";
  if (what_.start_delay > 0ms)
    done(deed::start_delay);
  switch (what_.beginning) {
  case beginning::signal_with_start:
    handle_ = client_.signal_with_start_workflow<interpreter>(
        options, troupe::message<interpreter::tell>(signal_value), what_.what);
    --left_.signals;
    return done(deed::signal_with_start);
  case beginning::update_with_start:
    options.id_conflict_policy = troupe::workflow_id_conflict_policy::use_existing;
    handle_ = client_
                  .update_with_start_workflow<interpreter>(
                      options, troupe::message<interpreter::add>(update_value), what_.what)
                  .workflow;
    --left_.updates;
    return done(deed::update_with_start);
  case beginning::eager_start:
    options.request_eager_start = true;
    handle_ = client_.start_workflow<interpreter>(options, what_.what);
    return done(deed::eager_start);
  case beginning::start:
    handle_ = client_.start_workflow<interpreter>(options, what_.what);
    return done(deed::start);
  }
}

void driver::wait_at_random() {
  world_.advance(std::chrono::milliseconds{1 + below(chance_, 20'000)});
}

void driver::drive() {
  send_messages();
  // At any time, and whatever comes of it. The next run of a chain begins later, and is not ready
  // to be asked until then.
  const bool is_one_run =
      what_.what.runs_after.empty() && what_.cron_runs == 0 && what_.attempts == 0;
  if (is_one_run && what_.start_delay == 0ms && below(chance_, 4) == 0) {
    (void)handle_->query<interpreter::told>();
    done(deed::query);
  }
  if (what_.is_changed) {
    wait_at_random();
    handle_->change_options({.priority = troupe::priority{.key = 2}});
    done(deed::change_options);
  }
  if (what_.cron_runs > 0)
    wait_for_cron_runs();
  if (what_.is_reset && below(chance_, 2) == 0) {
    wait_at_random();
    reset();
    done(deed::reset);
    what_.is_reset = false; // and not once more
  }
  switch (what_.what.ending) {
  case ending::canceled:
    wait_at_random();
    handle_->cancel();
    return done(deed::cancel);
  case ending::terminated:
    wait_at_random();
    handle_->terminate("its plan says so");
    return done(deed::terminate);
  case ending::timed_out: return done(deed::run_timeout);
  case ending::result:
  case ending::failure: return;
  }
}

void driver::send_messages() {
  for (; left_.signals > 0; --left_.signals) {
    if (below(chance_, 4) == 0) { // it runs, as it waits for this
      (void)client_.signal_with_start_workflow<interpreter>(
          {.id = id_, .task_queue = std::string{queue}},
          troupe::message<interpreter::tell>(signal_value),
          program{});
      done(deed::signal_with_start);
      continue;
    }
    handle_->signal<interpreter::tell>(signal_value);
    done(deed::signal);
  }
  for (; left_.updates > 0; --left_.updates) {
    if (below(chance_, 4) == 0) {
      try {
        (void)handle_->execute_update<interpreter::add>(-1);
        throw std::logic_error{"an update that its validator refuses was taken"};
      } catch (const troupe::workflow_update_failed_error&) {
        done(deed::refused_update);
      }
    }
    const troupe::update_options options{.id = "update-" + std::to_string(left_.updates)};
    if (below(chance_, 2) == 0)
      (void)handle_->execute_update<interpreter::add>(options, update_value);
    else
      (void)handle_->start_update<interpreter::add>(options, update_value);
    done(deed::update);
    if (left_.updates > 1 && below(chance_, 4) == 0) { // it runs, as it waits for more
      (void)handle_->execute_update<interpreter::add>(options, update_value);
      done(deed::repeated_update);
    }
  }
  if (what_.what.lingers) {
    lingering_ = handle_->start_update<interpreter::linger>();
    done(deed::lingering_update);
  }
}

/// Lets it go on from an earlier point. What came after that is done again, what clients sent too,
/// unless that is left behind: then they send it again.
void driver::reset() {
  handle_ = client_.get_workflow<std::int64_t>(id_);
  std::vector<troupe::history_event> events;
  std::vector<std::int64_t> points;
  while (points.empty()) { // a run that has just continued begins a little later
    world_.advance(1s);
    events.clear();
    for (auto& each : handle_->history()) {
      if (each.type() == "WorkflowTaskCompleted")
        points.push_back(each.id());
      events.push_back(std::move(each));
    }
  }
  troupe::reset_options options{.reason = "its plan says so"};
  messages lost;
  switch (below(chance_, 4)) {
  case 0: options.to = troupe::reset_point::first_workflow_task; break;
  case 1: options.to = troupe::reset_point::last_workflow_task; break;
  case 2:
    options.exclude = {troupe::reset_exclusion::signals, troupe::reset_exclusion::updates};
    [[fallthrough]];
  default: options.event_id = points.at(chance_() % points.size());
  }
  if (!options.exclude.empty())
    for (const auto& each : events) {
      if (each.id() < options.event_id)
        continue;
      if (each.message().workflow_execution_signaled_event_attributes().signal_name() == "tell")
        ++lost.signals;
      if (each.type() == "WorkflowExecutionUpdateAccepted")
        ++lost.updates;
    }
  (void)handle_->reset(options);
  if (options.exclude.empty())
    return;
  left_ = lost;
  done(deed::reset_without_messages);
  send_messages();
}

void driver::wait_for_cron_runs() {
  for (int runs = 0, minutes = 0; runs < what_.cron_runs; ++minutes) {
    if (minutes == 1'000)
      throw std::runtime_error{"runs by cron do not come" + story()};
    world_.advance(1min);
    runs = 0;
    for (const auto& run : client_.list_workflows("WorkflowId = '" + id_ + "'"))
      if (run.status == troupe::workflow_status::completed
          || run.status == troupe::workflow_status::failed)
        ++runs;
  }
  handle_->terminate("its plan says so");
  counts_[static_cast<std::size_t>(deed::cron_run)] += static_cast<std::size_t>(what_.cron_runs);
}

std::string driver::outcome() const {
  try {
    return "result " + std::to_string(handle_->result());
  } catch (const troupe::workflow_failed_error& error) {
    return words_for(error);
  }
}

std::string driver::expected() const {
  const auto sum = std::to_string(sum_of(what_.what));
  if (what_.cron_runs > 0)
    return "terminated";
  if (what_.attempts > 0 && what_.what.failures >= what_.attempts)
    return "failure " + sum;
  switch (what_.what.ending) {
  case ending::failure: return "failure " + sum;
  case ending::canceled: return "canceled";
  case ending::terminated: return "terminated";
  case ending::timed_out: return "timed out";
  case ending::result: break;
  }
  return "result " + sum;
}

std::vector<std::string> driver::judge() {
  std::vector<std::string> problems;
  const auto compare_outcomes = [&] {
    const auto came = outcome();
    if (came != expected())
      problems.push_back(
          id_ + " ended with '" + came + "' instead of '" + expected() + "'" + story());
  };
  try {
    compare_outcomes();
    if (auto wrong = runs(); !wrong.empty())
      problems.push_back(id_ + ": " + wrong + story());
    if (what_.is_reset) {
      reset();
      done(deed::reset_after_end);
      compare_outcomes();
    }
    if (auto wrong = remains(); !wrong.empty())
      problems.push_back(id_ + ": " + wrong + story());
  } catch (const std::exception& error) { // it never ends
    problems.push_back(id_ + ": " + troupe::describe(error) + story());
  }
  return problems;
}

std::string driver::remains() {
  if (!ends_by_itself(what_.what) || what_.cron_runs > 0)
    return {};
  std::string wrong;
  const auto compare = [&wrong](const char* what, std::int64_t is, std::int64_t wanted) {
    if (is != wanted)
      wrong += std::string{what} + " is " + std::to_string(is) + " instead of "
               + std::to_string(wanted) + "; ";
  };
  const auto about = handle_->describe();
  if (what_.attempts == 0) {
    const auto upserts = upserts_of(what_.what);
    compare("its memo", about.memo_of<std::int64_t>(upserts_attribute.name).value_or(0), upserts);
    compare("its attribute", about.search_attribute_of(upserts_attribute).value_or(0), upserts);
  }
  compare(
      "the answer to a query",
      handle_->query<interpreter::told>(),
      messages_of(what_.what.what).updates);
  if (lingering_) {
    try {
      lingering_->result();
      wrong += "an update whose handler never ended has a result; ";
    } catch (const troupe::workflow_update_failed_error&) { // the run's end is its end
    }
  }
  return wrong;
}

/// How often it was begun, and when.
std::string driver::runs() {
  if (!ends_by_itself(what_.what) || what_.cron_runs > 0
      || handle_->first_execution_run_id().empty())
    return {}; // ended by others, or reset
  const auto later = what_.what.runs_after.size();
  const auto retries = static_cast<std::size_t>(
      what_.attempts > 0 ? std::min(what_.what.failures, what_.attempts - 1) : 0);
  counts_[static_cast<std::size_t>(deed::continued_run)] += later;
  counts_[static_cast<std::size_t>(deed::retried_run)] += retries;
  std::size_t found = 0;
  std::string wrong;
  for (const auto& run : client_.list_workflows("WorkflowId = '" + id_ + "'")) {
    ++found;
    if (run.run_id == handle_->first_execution_run_id()
        && run.execution_time.value() - run.start_time.value() < what_.start_delay)
      wrong = "it did not wait for its time; ";
  }
  if (found != later + retries + 1)
    wrong += "it has " + std::to_string(found) + " runs instead of "
             + std::to_string(later + retries + 1) + "; ";
  return wrong;
}

std::string
story_of(const troupe::client& client, const std::string& id, const std::string& run_id) {
  std::string text;
  std::optional<troupe::wall_time> begin;
  for (const auto& event : client.get_workflow(id, run_id).history()) {
    if (!begin)
      begin = event.time();
    const auto after = std::chrono::round<std::chrono::milliseconds>(event.time() - *begin);
    text += "\n    " + std::to_string(event.id()) + " " + event.type() + " after "
            + std::to_string(after.count()) + " ms";
  }
  return text;
}

} // namespace kitchen_sink
