// SPDX-License-Identifier: Apache-2.0
#include "actors/testing/virtual_world.hpp"

#include "actors/embedded/host/preparation.hpp"
#include "actors/embedded/host/settings.hpp"
#include "runtime/activity/registry.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/nexus/service_registry.hpp"

#include <caf/atom.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace troupe::testing {

namespace {

/// Polls that end without a task, and looks at what nobody may want any more, are the only things
/// that happen again and again where nothing else does: a year would be full of them.
embedded::service_settings settings_of(const service_options& options) {
  auto settings = embedded::read_settings(options.dynamic_config);
  if (!settings)
    throw service_error{settings.error()};
  settings->longest_poll = virtual_world::for_ever;
  settings->longest_history_poll = virtual_world::for_ever;
  settings->idle_actor_time = virtual_world::for_ever;
  settings->record_idle_time = virtual_world::for_ever;
  return std::move(*settings);
}

/// How long code may keep the thread.
std::chrono::nanoseconds patience_of(const environment_options& options) {
  // As in a worker: while somebody debugs, code may stand still.
  const bool is_debugged =
      std::getenv("TEMPORAL_DEBUG") != nullptr; // NOLINT(concurrency-mt-unsafe)
  return is_debugged ? std::chrono::nanoseconds{} : options.deadlock_timeout;
}

/// A worker's home in a virtual world.
class virtual_home final : public detail::worker_home {
public:
  explicit virtual_home(std::shared_ptr<virtual_world> world) : world_(std::move(world)) {}
  ~virtual_home() override { end(); }

  caf::actor_system& system() override { return world_->system(); }

  std::vector<actors::shard*> make_shards(std::size_t count) override {
    std::vector<actors::shard*> made;
    for (std::size_t i = 0; i < count; ++i) {
      shards_.push_back(std::make_unique<actors::manual_shard>(world_->system(), world_->clock()));
      made.push_back(shards_.back().get());
    }
    return made;
  }

  rpc::polled_queue* queue_of(std::size_t) override { return nullptr; }
  std::shared_ptr<actors::work_pool> make_pool(std::size_t) override { return world_->pool(); }

  std::function<double()> random() override {
    return [engine = std::mt19937_64{world_->next_seed()}]() mutable {
      return static_cast<double>(engine() >> 11) * 0x1p-53;
    };
  }

  [[nodiscard]] std::chrono::milliseconds long_poll_timeout() const override {
    return virtual_world::for_ever;
  }

  log::failure_rules failure_rules() override {
    // Hours pass in no time here.
    return {
        .longest_interval = virtual_world::for_ever,
        .seen = [world = world_.get()](const log::failure& what) { world->note(what); }};
  }

  void adapt(const detail::served_code& code) override {
    for (const auto& each : world_->replacements) {
      if (each.activity)
        code.activities.replace(*each.activity);
      if (each.workflow)
        code.workflows[each.workflow->name] = each.workflow;
      if (each.service)
        code.services.replace(*each.service);
    }
  }

  void watch(std::chrono::nanoseconds patience, std::chrono::nanoseconds) override {
    if (patience.count() > 0)
      for (auto& each : shards_)
        world_->driver().watch(*each, patience);
  }
  [[nodiscard]] std::uint64_t stalls() const override { return 0; }
  [[nodiscard]] std::string why_dead() const override { return {}; }

  void wait(
      std::unique_lock<std::mutex>& guard,
      std::condition_variable&,
      const std::function<bool()>& done) override {
    const auto pump = world_->pump(true);
    while (!done()) {
      guard.unlock();
      const bool goes_on = pump();
      guard.lock();
      if (!goes_on && !done())
        throw std::logic_error(
            "the wait for a worker of a test environment would never end"
            + std::string{world_->holds > 0 ? ": the time is held" : ""});
    }
  }

  void run_what_is_due() override { world_->run(); }

  void end() override {
    do
      world_->run();
    while (world_->forget_stuck());
    for (auto& each : shards_) {
      world_->driver().forget(*each);
      each->stop();
    }
  }

private:
  std::shared_ptr<virtual_world> world_;
  std::vector<std::unique_ptr<actors::manual_shard>> shards_;
};

} // namespace

caf::actor_system_config& virtual_world::configured(caf::actor_system_config& config) {
  // Nothing of ours runs on CAF's own threads.
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{1});
  return config;
}

virtual_world::virtual_world(const environment_options& options)
    : longest_wait_(options.longest_wait), longest_unpolled_(options.longest_unpolled),
      most_failures_(options.most_failures), chance_(options.seed),
      clock_(std::make_shared<actors::manual_clock>(options.start)),
      service_(std::make_unique<embedded::service_host>(
          system_,
          service_shard_,
          settings_of(options.service),
          std::make_unique<embedded::random_ids>(chance_()))),
      pool_(std::make_shared<virtual_pool>(clock_)), driver_(clock_, patience_of(options)) {
  clock_->shuffle(chance_());
  try {
    prepare(options.service);
  } catch (...) {
    service_->stop();
    throw;
  }
}

virtual_world::~virtual_world() {
  pool_ = nullptr; // no function waits any more
  service_->stop();
  run();
  client_shard_.stop();
  service_shard_.stop();
}

void virtual_world::prepare(const service_options& options) {
  for (auto& change : embedded::preparation_of(options)) {
    std::optional<result<void>> outcome;
    service_->prepare(
        std::move(change), [&outcome](result<void> got) { outcome = std::move(got); });
    run();
    if (outcome && !*outcome)
      std::rethrow_exception(outcome->error());
  }
}

void virtual_world::drive(std::function<void()> work) {
  if (driver_.run(std::move(work)))
    return;
  stuck_ = last_failure_.times > 0 ? last_failure_.text : "code blocks or spins";
  if (!last_run_.empty())
    stuck_ += ", in the workflow " + last_run_;
  stuck_ +=
      ". What computes or blocks belongs into an activity or a handler that is a plain function; "
      "TEMPORAL_DEBUG in the environment lets code stand still while you debug";
}

void virtual_world::raise_if_stuck() {
  if (!stuck_.empty())
    throw std::logic_error("a test environment gives up: " + std::exchange(stuck_, {}));
}

bool virtual_world::run() {
  bool ran = true;
  drive([&] { ran = run_here(); });
  return ran;
}

bool virtual_world::run_here() {
  bool ran = clock_->run_until_idle();
  while (pool_) {
    const bool moved = pool_->run();
    // What a function asked for that still waits: with the answer it goes on, at the same time.
    if (!clock_->run_until_idle() && !moved)
      break;
    ran = true;
  }
  return ran;
}

bool virtual_world::step(time_point latest) {
  bool moved = true;
  drive([&] {
    if (run_here())
      return;
    const auto next = holds == 0 ? clock_->next_timer() : std::nullopt;
    if (next && *next > latest && latest > clock_->now())
      clock_->advance(latest - clock_->now());
    else
      moved = next && clock_->advance_to_next_timer();
  });
  return moved;
}

void virtual_world::advance(duration by) {
  drive([this, by] {
    const auto until = clock_->now() + by;
    run_here();
    // One thing after the other, as functions of the pool go on between them.
    while (const auto next = clock_->next_timer()) {
      if (*next > until)
        break;
      clock_->advance_to_next_timer();
      run_here();
    }
    clock_->advance(until - clock_->now());
  });
}

bool virtual_world::advance_to_next() {
  bool moved = true;
  drive([&] {
    run_here();
    moved = clock_->advance_to_next_timer();
    run_here();
  });
  return moved;
}

void virtual_world::note(const log::failure& what) {
  constexpr std::size_t most_kinds = 256;
  auto key = std::string{what.message} + ": " + what.source + ": " + what.error;
  if (failures_.size() >= most_kinds && !failures_.contains(key))
    failures_.clear();
  auto& of = failures_[std::move(key)];
  of.text = std::string{what.message} + " (" + what.source + "): " + what.error;
  ++of.times;
  last_failure_ = of;
  last_run_.clear();
  for (const auto& each : what.fields)
    if (each.key == "workflow_id")
      last_run_ = each.value;
  fails_for_ever_ = fails_for_ever_ || of.times >= most_failures_;
}

void virtual_world::give_up(const std::string& why, const failed& last) {
  auto text = "a blocking call of a test environment " + why;
  if (last.times > 0)
    text += "; the last failure, " + std::to_string(last.times) + " times the same: " + last.text;
  if (!pool_ || !pool_->is_of_this_thread())
    if (const auto found = look_for_unpolled(); !found.waits.empty())
      text += "; " + describe(found);
  throw std::logic_error(text);
}

virtual_world::unpolled virtual_world::look_for_unpolled() {
  const auto report = std::make_shared<embedded::queue_report>();
  drive([&] {
    service_->here().ask_queues(report);
    clock_->run_until_idle();
  });
  unpolled found{{}, report->served};
  for (auto& each : report->waits)
    if (!report->served.contains(each.queue))
      found.waits.push_back(std::move(each));
  std::ranges::sort(found.waits, [](const auto& one, const auto& other) {
    return std::tie(one.since, one.queue, one.what)
           < std::tie(other.since, other.queue, other.what);
  });
  return found;
}

std::string virtual_world::describe(const unpolled& what) const {
  constexpr std::size_t most = 5; // of each
  const auto named = [this](const embedded::polled_queue_key& queue) {
    const auto* const where = service_->here().namespaces.find_by_id(queue.namespace_id);
    return std::string{
               queue.type == 1   ? "workflow"
               : queue.type == 2 ? "activity"
                                 : "Nexus"}
           + " tasks of the queue \"" + queue.name + "\" in the namespace \""
           + (where != nullptr ? where->name : queue.namespace_id) + '"';
  };
  const auto list = [](const auto& all, const auto& text_of) {
    std::string text;
    std::size_t told = 0;
    for (const auto& each : all) {
      if (told == most) {
        text += " and " + std::to_string(all.size() - most) + " more";
        break;
      }
      text += (told++ == 0 ? "" : "; ") + text_of(each);
    }
    return text;
  };
  auto text = "no worker polls what these wait in: " + list(what.waits, [&](const auto& each) {
                return each.what + " waits for who takes " + named(each.queue);
              });
  return text
         + (what.served.empty() ? ". No worker polls at all"
                                : ". Workers poll: " + list(what.served, named));
}

time_point virtual_world::check_queues(time_point begun) {
  auto found = look_for_unpolled();
  // What has a timeout is about to end by itself: that may be what the test is about.
  std::erase_if(found.waits, [](const auto& each) { return each.has_timeout; });
  const auto now = clock_->now();
  auto next = later(now, longest_unpolled_);
  bool is_overdue = false;
  for (const auto& each : found.waits) {
    const auto until = later(std::max(each.since, begun), longest_unpolled_);
    is_overdue = is_overdue || until <= now;
    next = std::min(next, until);
  }
  if (is_overdue)
    throw std::logic_error(
        "a blocking call of a test environment gives up after "
        "environment_options::longest_unpolled: "
        + describe(found)
        + ". Is the queue's name the right one, and was its worker started? A test that means it "
          "sets another longest_unpolled, or 0");
  return next;
}

rpc::pump_function virtual_world::pump(bool goes_on_without) {
  failures_.clear();
  fails_for_ever_ = false;
  last_failure_ = {};
  last_run_.clear();
  const bool is_bounded = !goes_on_without && longest_unpolled_.count() > 0;
  return [world = shared_from_this(),
          goes_on_without,
          is_bounded,
          begun = std::optional<time_point>{},
          look_at = time_point{}]() mutable {
    const auto now = world->clock_->now();
    if (!begun) {
      begun = now;
      look_at = later(now, world->longest_unpolled_);
    }
    const bool is_of_pool = world->pool_ && world->pool_->is_of_this_thread();
    if (is_bounded && !is_of_pool && now >= look_at)
      look_at = world->check_queues(*begun);
    if (now - *begun > world->longest_wait_)
      world->give_up(
          "has waited for environment_options::longest_wait: what it waits for does not come",
          world->last_failure_);
    if (world->fails_for_ever_)
      world->give_up(
          "gives up: the same has failed environment_options::most_failures times meanwhile (if "
          "the call does not wait for it, terminate what is left of an earlier test)",
          world->last_failure_);
    if (is_of_pool)
      return world->pool_->yield();
    const bool goes_on = world->step(is_bounded ? look_at : time_point::max());
    if (goes_on_without)
      world->forget_stuck();
    world->raise_if_stuck();
    if (goes_on)
      return true;
    if (world->holds > 0)
      throw std::logic_error(
          "a blocking call of a test environment waits for what only the time can bring, and that "
          "is held: advance it first, or use the client's calls that do not block");
    if (!goes_on_without)
      world->give_up("waits for what nothing in it will ever do", world->last_failure_);
    return false;
  };
}

std::unique_ptr<detail::worker_home> virtual_world::make_home() {
  return std::make_unique<virtual_home>(shared_from_this());
}

} // namespace troupe::testing
