// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/poller_actor.hpp"

#include "runtime/base/log.hpp"

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

/// How often an error that goes on is logged again.
constexpr duration log_interval = 1min;
/// A poll that ends without a task sooner than this did not wait: asking again at once would be a
/// busy loop.
constexpr duration hasty = 500ms;

} // namespace

poller_actor::poller_actor(caf::actor_config& cfg, shard& home, setup with)
    : pinned_actor(cfg, home), with_(std::move(with)), target_(with_.limits),
      error_backoff_(with_.worker->settings.poll_backoff),
      exhausted_backoff_(with_.worker->settings.exhausted_backoff) {}

poller_handle::behavior_type poller_actor::make_behavior() {
  fill();
  return {
      [this](const poll_completed& done) { on_poll_completed(done); },
      [this](const slot_freed& freed) {
        (freed.own ? waiting_for_own_ : waiting_for_shared_) = false;
        fill();
      },
      [this](handler_idled& idled) { on_handler_idled(idled); },
      [this](const backoff_ended& ended) {
        if (ended.generation != backoff_generation_)
          return;
        backing_off_ = false;
        fill();
      },
      [this](const stop_polling&) {
        stopping_ = true;
        for (auto& [id, poll] : polls_)
          with_.shard->transport->cancel(poll.call);
        stop_if_drained();
      },
  };
}

void poller_actor::on_exit() {
  // The slots go back; answers that still come find nobody.
  if (with_.shard->transport)
    for (auto& [id, poll] : polls_)
      with_.shard->transport->cancel(poll.call);
  polls_.clear();
  with_.source->open_polls().set(0);
  with_.source = nullptr;
  // The pools may still hold a callback with this actor in it.
  with_.own_slot = nullptr;
  with_.shared_slots = nullptr;
  with_.root = nullptr;
}

slot_permit poller_actor::take_slot() {
  if (auto own = with_.own_slot->try_take())
    return own;
  return with_.shared_slots->try_take();
}

void poller_actor::wait_for_slot() {
  if (!std::exchange(waiting_for_own_, true))
    with_.own_slot->when_free([self = me()] { tell(self, slot_freed{true}); });
  if (with_.shared_slots->total() > 0 && !std::exchange(waiting_for_shared_, true))
    with_.shared_slots->when_free([self = me()] { tell(self, slot_freed{false}); });
}

void poller_actor::fill() {
  if (stopping_ || backing_off_)
    return;
  while (polls_.size() < static_cast<std::size_t>(target_.value())) {
    auto slot = take_slot();
    if (!slot) {
      wait_for_slot();
      break;
    }
    start_poll(std::move(slot));
  }
  with_.source->open_polls().set(polls_.size());
}

/// The slot of a finished task serves the next poll as it is, unless other pollers wait for one.
void poller_actor::on_handler_idled(handler_idled& idled) {
  with_.source->handler_idled(idled.who);
  const auto returned = idled.slot.take();
  auto slot = returned ? std::move(*returned) : slot_permit{};
  if (!slot || stopping_ || backing_off_
      || polls_.size() >= static_cast<std::size_t>(target_.value()))
    return;
  if (slot.pool() == with_.shared_slots.get()
      && with_.shared_slots->waiting() > (waiting_for_shared_ ? 1U : 0U))
    return;
  start_poll(std::move(slot));
  with_.source->open_polls().set(polls_.size());
}

void poller_actor::start_poll(slot_permit slot) {
  auto id = ++last_poll_;
  auto call = with_.source->make_poll();
  call.timeout = with_.worker->settings.long_poll_timeout;
  auto& poll = polls_[id];
  poll.slot = std::move(slot);
  poll.since = home().now();
  poll.call = with_.shard->transport->start(
      std::move(call), [self = me(), id](rpc_status status, rpc::bytes answer) {
        tell(self, poll_completed{id, std::move(status), std::move(answer)});
      });
}

void poller_actor::on_poll_completed(const poll_completed& done) {
  auto found = polls_.extract(done.poll);
  if (found.empty())
    return;
  auto poll = std::move(found.mapped());
  if (done.status.ok()) {
    auto result = with_.source->read(done.answer, me());
    if (!result.unreadable.empty()) {
      on_error({status_code::internal, "unreadable answer: " + result.unreadable, {}});
    } else {
      if (std::exchange(failing_, false))
        log::info(
            "polls succeed again",
            {{"poller", std::string{with_.source->name()}},
             {"task_queue", with_.worker->settings.task_queue}});
      error_backoff_.reset();
      exhausted_backoff_.reset();
      target_.on_answer(!result.deliver, result.poller_advice);
      if (result.deliver)
        result.deliver(std::move(poll.slot));
      else if (home().now() - poll.since < hasty && !stopping_)
        on_error({status_code::ok, {}, {}});
    }
  } else if (!stopping_) {
    const bool timed_out = done.status.code == status_code::deadline_exceeded
                           || done.status.code == status_code::cancelled;
    if (!timed_out || home().now() - poll.since < hasty)
      on_error(done.status);
  }
  poll.slot.release();
  fill();
  with_.source->open_polls().set(polls_.size());
  stop_if_drained();
}

void poller_actor::on_error(const rpc_status& status) {
  const bool exhausted = status.code == status_code::resource_exhausted;
  if (!status.ok()) {
    with_.shard->counters.poll_errors.add();
    target_.on_error(exhausted);
    failing_ = true;
    auto now = home().now();
    if (status.code != logged_code_ || now - logged_at_ >= log_interval) {
      logged_code_ = status.code;
      logged_at_ = now;
      log::warn(
          "a poll failed, trying again",
          {{"poller", std::string{with_.source->name()}},
           {"task_queue", with_.worker->settings.task_queue},
           {"namespace", with_.worker->settings.name_space},
           {"code", std::string{to_string(status.code)}},
           {"error", status.message}});
    }
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

void poller_actor::stop_if_drained() {
  if (!stopping_ || !polls_.empty())
    return;
  if (with_.root)
    tell(with_.root, poller_stopped{with_.id});
  quit();
}

} // namespace troupe::actors
