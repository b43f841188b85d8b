// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/shard.hpp"

#include "actors/caf_compat.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/error.hpp>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/local_actor.hpp>
#include <caf/logger.hpp>
#include <caf/make_message.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
  // One writer, so a load and a store are enough and cheaper than a locked add.
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// One message may be the reason of thousands: so many of them on average are run in a round that
/// is not the last one, then the loop comes round.
constexpr std::size_t jobs_of_a_round = 16;

/// A thread that has spawned an actor holds its system's logger, and a system's destructor waits
/// for that: a thread that may be left behind must not.
void let_go_of_logger() {
#if defined(CAF_VERSION_MAJOR) && CAF_VERSION_MAJOR >= 1
  caf::logger::current_logger(nullptr);
#else
  caf::logger::set_current_actor_system(nullptr);
#endif
}

} // namespace

shard::shard(caf::actor_system& system) : caf::execution_unit(&system) {}

shard::~shard() = default;

shard*& shard::owner_of_this_thread() noexcept {
  constinit thread_local shard* owner = nullptr;
  return owner;
}

void shard::post(unique_function<void()> work) {
  enqueue(std::move(work));
}

void shard::exec_later(caf::resumable* who) {
  enqueue(who);
}

void shard::enqueue(job what) {
  if (owns_this_thread()) {
    if (closed_)
      refuse(what);
    else
      local_.push_back(std::move(what));
    return;
  }
  {
    std::lock_guard guard{mutex_};
    if (!closed_) {
      remote_.push_back(std::move(what));
      has_remote_.store(true, std::memory_order_release);
      // Under the lock, so that the loop cannot end between the decision and the wake-up.
      // A loop that runs foreign code comes round after it.
      if (!tenure_->is_abroad() && !std::exchange(wake_sent_, true))
        wake();
      return;
    }
  }
  refuse(what);
}

void shard::woken() {
  std::lock_guard guard{mutex_};
  wake_sent_ = false;
  bump(counters_.wakes);
}

executor::timer_id shard::schedule(duration after, unique_function<void()> work) {
  if (closed_)
    return std::numeric_limits<timer_id>::max(); // names no timer: it would never be due
  auto now = ticks();
  auto wait = std::max<std::int64_t>(after.count(), 0);
  auto due = wait > std::numeric_limits<timer_heap::instant>::max() - now
                 ? std::numeric_limits<timer_heap::instant>::max()
                 : now + wait;
  return timers_.add(due, std::move(work));
}

void shard::cancel(timer_id timer) {
  timers_.cancel(timer);
}

void shard::defer(unique_function<void()> work) {
  if (!closed_)
    deferred_.push_back(std::move(work));
}

bool shard::run_deferred() {
  auto due = std::exchange(deferred_, {});
  for (auto& work : due)
    run_work(work);
  run_foreign_code();
  return !due.empty();
}

void shard::joined(caf::local_actor* who) {
  std::lock_guard guard{mutex_};
  actors_.insert(who);
}

void shard::left(caf::local_actor* who) {
  std::lock_guard guard{mutex_};
  actors_.erase(who);
}

std::size_t shard::pinned_actors() const {
  std::lock_guard guard{mutex_};
  return actors_.size();
}

std::size_t shard::queued() const {
  std::lock_guard guard{mutex_};
  return local_.size() + remote_.size();
}

std::map<std::string, shard::actor_kind> shard::census() const {
  std::map<std::string, actor_kind> found;
  std::lock_guard guard{mutex_};
  for (auto* each : actors_) {
    auto& kind = found[each->name()];
    ++kind.actors;
    if (auto* scheduled = dynamic_cast<caf::scheduled_actor*>(each))
      kind.messages += waiting_messages(*scheduled);
  }
  return found;
}

std::source_location shard::running_coroutine() const {
  const auto now = present();
  return now->is_abroad() ? now->said.coroutine.load(std::memory_order_relaxed)
                          : std::source_location{};
}

/// What comes too late for a look without the lock wakes the loop, but for what came during foreign
/// code: who sent that has had the lock before this one asks for it, or has seen that it is back.
bool shard::fetch_remote() {
  if (!std::exchange(was_abroad_, false) && !has_remote_.load(std::memory_order_acquire)) [[likely]]
    return false;
  std::vector<job> fetched;
  {
    std::lock_guard guard{mutex_};
    fetched.swap(remote_);
    has_remote_.store(false, std::memory_order_relaxed);
  }
  for (auto& what : fetched)
    local_.push_back(std::move(what));
  return !fetched.empty();
}

bool shard::drain(std::size_t rounds) {
  bool ran = false;
  if (!foreign_.empty())
    run_foreign_code(); // that a former thread had before it
  constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
  auto jobs = rounds == no_limit ? no_limit : rounds * jobs_of_a_round;
  for (; rounds > 0 && (!local_.empty() || fetch_remote()); --rounds) {
    ran = true;
    // One round: what is queued now. What it queues comes after what other threads sent meanwhile.
    for (auto left = local_.size(); left > 0; --left) {
      if (jobs-- == 0) {
        fetch_remote();
        return true;
      }
      auto what = std::move(local_.front());
      local_.pop_front();
      run(what);
      if (!foreign_.empty())
        run_foreign_code();
    }
    fetch_remote();
  }
  return ran;
}

bool shard::run_due_timers(timer_heap::instant now) {
  bool ran = false;
  // The time is read once: a timer that arms itself with zero delay must not keep the loop here.
  while (auto work = timers_.take_due(now)) {
    ran = true;
    run_work(work);
    if (!foreign_.empty())
      run_foreign_code();
  }
  return ran;
}

void shard::run(job& what) {
  if (auto* who = std::get_if<caf::resumable*>(&what))
    run_actor(*who);
  else
    run_work(std::get<1>(what));
}

void shard::run_actor(caf::resumable* who) {
  bump(counters_.resumed);
  // Not by dynamic_cast, which would cost as much as the rest of a short message.
  if (who->subtype() == caf::resumable::scheduled_actor)
    running_actor_.store(static_cast<caf::scheduled_actor*>(who)->id(), std::memory_order_relaxed);
  auto outcome = who->resume(this, max_throughput);
  running_actor_.store(0, std::memory_order_relaxed);
  switch (outcome) {
  case caf::resumable::resume_later:
    local_.emplace_back(who); // keeps the reference
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
  case caf::resumable::shutdown_execution_unit: caf::intrusive_ptr_release(who); break;
  }
}

void shard::run_work(unique_function<void()>& work) {
  bump(counters_.works);
  try {
    work();
    work = nullptr;
  } catch (const thread_left_behind&) {
    throw; // this thread may touch nothing of it any more
  } catch (...) {
    bump(counters_.work_exceptions);
    log::error(
        "a function posted to a shard threw", {{"error", describe(std::current_exception())}});
  }
}

/// An excursion of the shard's thread into foreign code.
class shard::trip final : public way_home {
public:
  trip(shard& home, tenure& own) : home_(home), own_(own) {
    own_.said.coroutine.store({}, std::memory_order_relaxed);
  }

  bool enter() noexcept override {
    if (!own_.come_back())
      return false;
    owner_of_this_thread() = &home_;
    return true;
  }
  void leave() noexcept override {
    let_go_of_logger();
    owner_of_this_thread() = nullptr; // what it posts goes the way of other threads' work
    own_.leave();
  }

private:
  shard& home_;
  tenure& own_;
};

void shard::run_foreign_code() {
  // By index: what comes back may have more to run.
  for (std::size_t i = 0; i < foreign_.size(); ++i) {
    auto code = std::move(foreign_[i]);
    if (!code)
      continue;                   // a former thread is with it
    trip abroad{*this, *tenure_}; // whose thread holds it, also when the shard no longer does
    abroad_ = code.get();
    tenure_->patience.store(
        code->patience ? code->patience->count() : -1, std::memory_order_relaxed);
    abroad.leave();
    code->run(abroad);
    if (!abroad.enter()) {
      code->dissolve();
      throw thread_left_behind{};
    }
    was_abroad_ = true;
    code->came_back();
  }
  foreign_.clear();
}

std::shared_ptr<tenure> shard::take_over() {
  auto own = std::make_shared<tenure>();
  std::shared_ptr<tenure> former;
  {
    std::lock_guard guard{mutex_};
    former = std::exchange(tenure_, own);
  }
  set_pulse(&own->said);
  owner_of_this_thread() = this;
  was_abroad_ = true;
  if (former->is_abroad()) {
    bump(counters_.left_behind);
    abroad_->left_behind(former->said.coroutine.load(std::memory_order_relaxed));
    former->hand_over();
  }
  return own;
}

std::shared_ptr<tenure> shard::present() const {
  std::lock_guard guard{mutex_};
  return tenure_;
}

foreign_look shard::look_at_foreign() const {
  const auto now = present();
  return {
      now->excursion(),
      now->said.beats.load(std::memory_order_relaxed),
      now->patience.load(std::memory_order_relaxed)};
}

void shard::refuse(job& what) {
  auto* who = std::get_if<caf::resumable*>(&what);
  if (who == nullptr)
    return;
  // Ends it for good: closes its mailbox, tells its monitors, and takes it off the system's list of
  // running actors.
  if (auto* actor = dynamic_cast<caf::local_actor*>(*who))
    actor->cleanup(caf::make_error(caf::exit_reason::user_shutdown), nullptr);
  caf::intrusive_ptr_release(*who);
}

void shard::ask_actors_to_leave() {
  std::vector<caf::strong_actor_ptr> leaving;
  {
    std::lock_guard guard{mutex_};
    for (auto* actor : actors_)
      // Through the weak pointer: the last handle may be going away on another thread right now.
      if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(caf::weak_actor_ptr{actor->ctrl()}))
        leaving.push_back(std::move(alive));
  }
  for (auto& actor : leaving)
    actor->get()->enqueue(
        nullptr,
        caf::make_message_id(caf::message_priority::high),
        caf::make_message(
            caf::exit_msg{caf::actor_addr{}, caf::make_error(caf::exit_reason::kill)}),
        this);
}

void shard::close() {
  std::deque<job> dropped;
  {
    std::lock_guard guard{mutex_};
    closed_ = true;
    for (auto& what : remote_)
      local_.push_back(std::move(what));
    remote_.clear();
  }
  dropped.swap(local_);
  for (auto& what : dropped)
    refuse(what);
  dropped.clear();
  deferred_.clear();
  foreign_.clear();
  timers_.clear();
}

} // namespace troupe::actors
