// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/poll/poller_actor.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/rpc/methods.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

/// How often an error that goes on is logged again.
constexpr duration log_interval = 1min;
/// A poll that ends without a task sooner than this did not wait: asking again at once would be a
/// busy loop.
constexpr duration hasty = 500ms;
/// Polls that have not failed for so long since the service answered wait for tasks.
constexpr duration quiet = 1s;
/// By so much of it at most they differ, so that not all workers of a service that has come back
/// open the rest of their polls at the same time.
constexpr double quiet_spread = 0.5;

using telemetry::metric;
using telemetry::metric_kind;

constexpr metric num_pollers{
    .name = "num_pollers", .kind = metric_kind::gauge, .help = "polls that are open"};
constexpr metric polls_lost{
    .name = "polls_lost", .help = "polls that never came back and were replaced", .is_ours = true};
constexpr metric poll_errors{
    .name = "poll_errors",
    .help = "polls that failed, or whose answer could not be read",
    .is_ours = true};

telemetry::labels poller_type(const poll_type& type) {
  return {{"poller_type", std::string{type.name}}};
}

} // namespace

poller_actor::metrics::metrics(telemetry::meter& meter, const poll_type& type)
    : num_pollers(meter.gauge(actors::num_pollers, poller_type(type))),
      poll_errors(meter.counter(actors::poll_errors, poller_type(type))),
      polls_lost(meter.counter(actors::polls_lost, poller_type(type))) {}

poller_actor::poller_actor(caf::actor_config& cfg, shard& home, setup with)
    : pinned_actor(cfg, home), with_(std::move(with)), has_claims_(with_.slots->gives_claims()),
      calls_(with_.shard->counts->of(with_.type.method, true)),
      metrics_(*with_.shard->meter, with_.type), target_(with_.limits),
      error_backoff_(with_.worker->settings.poll_backoff),
      exhausted_backoff_(with_.worker->settings.exhausted_backoff) {}

poller_handle::behavior_type poller_actor::make_behavior() {
  with_.shard->inspected.insert(this);
  fill();
  return {
      [this](const poll_completed& done) { on_poll_completed(done); },
      [this](const slot_freed&) {
        waiting_for_slot_ = false;
        begin_waiting();
        fill();
        stop_if_drained();
      },
      [this](task_ended& ended) { on_task_ended(ended); },
      [this](const backoff_ended& ended) {
        if (ended.generation != backoff_generation_)
          return;
        backing_off_ = false;
        try_one();
        fill();
        probe();
      },
      [this](const trial_ended& ended) {
        if (ended.generation != backoff_generation_ || backing_off_)
          return;
        tries_one_ = false;
        fill();
      },
      [this](const polls_due&) {
        watch_ = 0;
        give_up_lost_polls();
      },
      [this](const pace_kept&) {
        keeps_pace_ = false;
        fill();
      },
      [this](const probe_answered& answered) { on_probe(answered.status); },
      [this](const reconnection_due& due) {
        if (!stopping_ && with_.shard->unreachable_last < due.asked)
          say_reconnected();
      },
      [this](const stop_polling&) {
        stopping_ = true;
        for (auto& [id, poll] : polls_)
          with_.shard->transport->cancel(poll.call);
        if (probe_ != 0)
          with_.shard->transport->cancel(probe_);
        stop_if_drained();
      },
  };
}

void poller_actor::on_exit() {
  with_.shard->inspected.erase(this);
  // The slots go back; answers that still come find nobody.
  if (with_.shard->transport) {
    for (auto& [id, poll] : polls_)
      with_.shard->transport->cancel(poll.call);
    if (probe_ != 0)
      with_.shard->transport->cancel(probe_);
  }
  polls_.clear();
  if (!waiting_.empty())
    log::error(
        "tasks that waited for a slot are lost with their poller; their timeouts end them",
        {{"poller", with_.type.name},
         {"task_queue", with_.worker->settings.task_queue},
         {"tasks", waiting_.size()}});
  waiting_.clear();
  home().cancel(watch_);
  metrics_.num_pollers.set(0);
  with_.source = nullptr;
  with_.slots->stop_waiting(with_.request); // the callback has this actor in it
  with_.root = nullptr;
}

void poller_actor::describe(const snapshot_options&, inspected_part& to) const {
  worker_snapshot::poller seen{
      .type = std::string{with_.type.name},
      .open = polls_.size(),
      .wanted = static_cast<std::uint64_t>(target_.value()),
      .waits_for_slot = waiting_for_slot_,
      .backs_off = backing_off_,
      .lost = lost_,
      .last_error = failing_ ? last_error_ : std::string{}};
  for (const auto& [id, poll] : polls_)
    seen.oldest_open = std::max(seen.oldest_open, home().now() - poll.since);
  to.pollers.push_back(std::move(seen));
}

void poller_actor::fill() {
  if (stopping_ || backing_off_)
    return;
  while (polls_.size() < wanted() && !must_wait()) {
    auto slot = with_.slots->try_reserve(with_.request);
    if (!slot) {
      wait_for_slot();
      break;
    }
    start_poll(std::move(slot));
  }
  metrics_.num_pollers.set(static_cast<double>(polls_.size()));
}

void poller_actor::wait_for_slot() {
  if (!std::exchange(waiting_for_slot_, true))
    with_.slots->when_free(with_.request, [self = me()] { tell(self, slot_freed{}); });
}

/// A task runs in the slot of its poll, or waits for one.
void poller_actor::take(unique_function<void(slot_permit)> deliver, slot_permit slot) {
  if (!has_claims_ || with_.slots->try_use(slot, with_.request)) [[likely]]
    return deliver(std::move(slot));
  waiting_.push_back({std::move(deliver), std::move(slot)});
  wait_for_slot();
}

void poller_actor::begin_waiting() {
  while (!waiting_.empty() && with_.slots->try_use(waiting_.front().claim, with_.request)) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next.deliver(std::move(next.claim));
  }
  if (!waiting_.empty())
    wait_for_slot();
}

/// The slot of a finished task serves the next poll as it is, if its supplier agrees.
void poller_actor::on_task_ended(task_ended& ended) {
  with_.source->task_ended(ended.who);
  const auto returned = ended.slot.take();
  auto slot = returned ? std::move(*returned) : slot_permit{};
  if (!slot || stopping_ || backing_off_ || polls_.size() >= wanted() || must_wait()
      || !with_.slots->try_keep(slot, with_.request, waiting_for_slot_))
    return;
  start_poll(std::move(slot));
  metrics_.num_pollers.set(static_cast<double>(polls_.size()));
}

/// After a failure it is one poll that finds out whether the service takes them again: the others
/// follow when it has come back, or has waited for a while.
void poller_actor::try_one() {
  if (!failing_)
    return;
  tries_one_ = true;
  const auto spread = 1 + quiet_spread * with_.shard->jitter();
  home().schedule(
      std::chrono::duration_cast<duration>(quiet * spread),
      [self = me(), generation = backoff_generation_] { tell(self, trial_ended{generation}); });
}

/// True if the next poll is too early; then it is made when its time has come.
bool poller_actor::must_wait() {
  if (with_.limits.pace.count() == 0) [[likely]]
    return false;
  const auto now = home().now();
  if (now >= may_poll_)
    return false;
  if (!std::exchange(keeps_pace_, true))
    home().schedule(may_poll_ - now, [self = me()] { tell(self, pace_kept{}); });
  return true;
}

void poller_actor::start_poll(slot_permit slot) {
  const auto now = home().now();
  may_poll_ = now + with_.limits.pace;
  auto id = ++last_poll_;
  rpc::call call{
      with_.type.method,
      with_.source->make_request(),
      with_.worker->settings.long_poll_timeout,
      {}};
  calls_.began();
  auto& poll = polls_[id];
  poll.slot = std::move(slot);
  poll.since = now;
  poll.call = with_.shard->transport->start(
      std::move(call), [self = me(), id](rpc_status status, rpc::bytes answer) {
        tell(self, poll_completed{id, std::move(status), std::move(answer)});
      });
  watch_polls();
}

/// A poll ends by its deadline at the latest. One that does not is lost somewhere on the way, and
/// its slot with it.
void poller_actor::watch_polls() {
  if (watch_ != 0 || polls_.empty())
    return;
  auto oldest = time_point::max();
  for (const auto& [id, poll] : polls_)
    oldest = std::min(oldest, poll.since);
  watch_ = home().schedule(
      oldest + 2 * with_.worker->settings.long_poll_timeout - home().now(),
      [self = me()] { tell(self, polls_due{}); });
}

void poller_actor::give_up_lost_polls() {
  const auto too_old = home().now() - 2 * with_.worker->settings.long_poll_timeout;
  std::size_t lost = 0;
  for (auto each = polls_.begin(); each != polls_.end();) {
    if (each->second.since > too_old) {
      ++each;
      continue;
    }
    ++lost;
    with_.shard->transport->cancel(each->second.call);
    each = polls_.erase(each); // the slot goes back; what still comes finds nobody
  }
  if (lost != 0) {
    lost_ += lost;
    metrics_.polls_lost.add(lost);
    log::error(
        "polls did not come back in twice their time and are made again",
        {{"poller", with_.type.name},
         {"task_queue", with_.worker->settings.task_queue},
         {"namespace", with_.worker->settings.name_space},
         {"polls", lost}});
  }
  fill();
  watch_polls();
  stop_if_drained();
}

void poller_actor::on_poll_completed(const poll_completed& done) {
  auto found = polls_.extract(done.poll);
  if (found.empty())
    return;
  auto poll = std::move(found.mapped());
  const auto now = home().now();
  const auto lasted = now - poll.since;
  calls_.ended(lasted, done.status);
  if (done.status.ok()) {
    auto result = with_.source->read(done.answer, me());
    if (!result.unreadable.empty()) {
      on_error({status_code::internal, "unreadable answer: " + result.unreadable, {}});
    } else {
      say_working();
      tries_one_ = false;
      error_backoff_.reset();
      exhausted_backoff_.reset();
      target_.on_answer(!result.deliver, result.poller_advice, now);
      if (result.deliver)
        take(std::move(result.deliver), std::move(poll.slot));
      else if (lasted < hasty && !stopping_)
        on_error({status_code::ok, {}, {}});
    }
  } else if (!stopping_) {
    const bool timed_out = done.status.code == status_code::deadline_exceeded
                           || done.status.code == status_code::cancelled;
    if (!timed_out || lasted < hasty)
      on_error(done.status);
  }
  poll.slot.release();
  fill();
  metrics_.num_pollers.set(static_cast<double>(polls_.size()));
  stop_if_drained();
}

void poller_actor::on_error(const rpc_status& status) {
  const bool exhausted = status.code == status_code::resource_exhausted;
  if (!status.ok()) {
    metrics_.poll_errors.add();
    target_.on_error(exhausted);
    failing_ = true;
    last_error_ = std::string{to_string(status.code)} + ": " + status.message;
    say_failing(status);
  }
  // Several polls fail together when the connection breaks: that is one failure.
  if (backing_off_)
    return;
  auto wait = error_backoff_.next(with_.shard->jitter());
  if (exhausted)
    wait = std::max(wait, exhausted_backoff_.next(with_.shard->jitter()));
  backing_off_ = true;
  home().schedule(wait, [self = me(), generation = ++backoff_generation_] {
    tell(self, backoff_ended{generation});
  });
}

/// All pollers of a shard lose their connection together: the first says so for them all.
void poller_actor::say_failing(const rpc_status& status) {
  const auto now = home().now();
  const bool is_unreachable = status.code == status_code::unavailable;
  if (is_unreachable) {
    auto& shard = *with_.shard;
    shard.unreachable_last = now;
    if (shard.unreachable_since && now - shard.unreachable_said < log_interval)
      return;
    if (!shard.unreachable_since)
      shard.unreachable_since = now;
    shard.unreachable_said = now;
  } else {
    if (status.code == logged_code_ && now - logged_at_ < log_interval)
      return;
    logged_code_ = status.code;
    logged_at_ = now;
  }
  const auto& settings = with_.worker->settings;
  std::vector<log::field> fields{
      {"poller", with_.type.name},
      {"task_queue", settings.task_queue},
      {"namespace", settings.name_space},
      {"address", settings.address},
      {"code", to_string(status.code)},
      {"error", status.message}};
  if (auto hint = settings.hint(status); !hint.empty())
    fields.emplace_back("hint", std::move(hint));
  log::write_fields(
      log::level::warn,
      is_unreachable ? "the service cannot be reached, reconnecting"
                     : "a poll failed, trying again",
      fields);
}

void poller_actor::say_working() {
  if (!std::exchange(failing_, false) && !with_.shard->unreachable_since)
    return;
  logged_code_ = status_code::ok;
  if (with_.shard->unreachable_since)
    say_reconnected();
  else
    log::debug(
        "polls succeed again",
        {{"poller", with_.type.name}, {"task_queue", with_.worker->settings.task_queue}});
}

/// A poll that finds the service there again tells so when it comes back, a minute later: a call
/// that is answered at once tells sooner.
void poller_actor::probe() {
  if (!with_.shard->unreachable_since || stopping_ || probe_ != 0)
    return;
  // A GetSystemInfoRequest has no fields.
  constexpr auto method = rpc::methods::workflow_service::get_system_info;
  with_.shard->counts->of(method, false).began();
  probed_at_ = home().now();
  probe_ = with_.shard->transport->start(
      {method, {}, with_.worker->settings.call_timeout, {}},
      [self = me()](rpc_status status, rpc::bytes) {
        tell(self, probe_answered{std::move(status)});
      });
}

void poller_actor::on_probe(const rpc_status& status) {
  probe_ = 0;
  with_.shard->counts->of(rpc::methods::workflow_service::get_system_info, false)
      .ended(home().now() - probed_at_, status);
  if (stopping_ || !with_.shard->unreachable_since)
    return;
  const bool nobody_there = status.code == status_code::unavailable
                            || status.code == status_code::deadline_exceeded
                            || status.code == status_code::cancelled;
  // A service may answer this and still have nobody for polls: then they fail at once. And polls
  // may hang where this fails: then nobody else would ask again.
  if (!nobody_there)
    home().schedule(
        quiet, [self = me(), asked = probed_at_] { tell(self, reconnection_due{asked}); });
  else if (!backing_off_)
    home().schedule(
        error_backoff_.next(with_.shard->jitter()),
        [self = me(), generation = ++backoff_generation_] {
          tell(self, backoff_ended{generation});
        });
}

void poller_actor::say_reconnected() {
  const auto since = std::exchange(with_.shard->unreachable_since, std::nullopt);
  if (!since)
    return;
  const auto& settings = with_.worker->settings;
  log::info(
      "reconnected",
      {{"namespace", settings.name_space},
       {"task_queue", settings.task_queue},
       {"address", settings.address},
       {"after_seconds",
        std::chrono::duration_cast<std::chrono::seconds>(home().now() - *since).count()}});
}

void poller_actor::stop_if_drained() {
  if (!stopping_ || !polls_.empty() || !waiting_.empty())
    return;
  if (with_.root)
    tell(with_.root, poller_stopped{with_.id});
  quit();
}

} // namespace troupe::actors
