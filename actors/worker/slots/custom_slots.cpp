// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/custom_slots.hpp"

#include "runtime/base/log/log.hpp"

#include <troupe/error.hpp>

#include <atomic>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

/// After a failure the supplier is asked again so much later.
constexpr duration after_failure = 1s;
/// How often what goes on to fail is logged.
constexpr duration log_interval = 1min;

} // namespace

/// One wish, for as long as the program holds it. Keeps nobody alive: the supplier may keep it, and
/// the worker keeps the supplier.
class custom_slots::asking final : public troupe::detail::slot_asker {
public:
  asking(const std::shared_ptr<custom_slots>& of, const slot_request& by)
      : poller(by.poller), home(by.home), of_(of), from_(of->from_), context_(of->context_of(by)) {}

  [[nodiscard]] const slot_reserve_context& context() const noexcept override { return context_; }
  [[nodiscard]] bool is_wanted() const noexcept override {
    const auto of = of_.lock();
    if (!of)
      return false;
    const std::lock_guard guard{of->mutex_};
    return of->seat_of(*this) != nullptr;
  }
  void granted(granted_slot slot) override {
    if (const auto of = of_.lock())
      of->on_granted(*this, std::move(slot));
    else if (const auto from = from_.lock())
      from->release({nullptr, slot});
  }
  void failed(std::exception_ptr error) noexcept override {
    // The function that drops it may be about to throw, which says more.
    if (!error && asked_on_.load(std::memory_order_relaxed) == std::this_thread::get_id())
      was_dropped_ = true;
    else if (const auto of = of_.lock())
      of->on_failed(*this, error);
  }
  void asks_again(duration after) override {
    if (const auto of = of_.lock())
      of->on_asks_again(*this, after);
  }

  /// Has the program asked. On the poller's thread.
  static void ask(custom_slots& of, const std::shared_ptr<asking>& self) noexcept {
    self->asked_on_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    std::exception_ptr error;
    try {
      of.from_->reserve(slot_reservation{self});
    } catch (...) {
      error = std::current_exception();
    }
    self->asked_on_.store({}, std::memory_order_relaxed);
    if (error || self->was_dropped_)
      of.on_failed(*self, error);
  }

  const std::uint32_t poller;
  executor* const home;

private:
  const std::weak_ptr<custom_slots> of_;
  const std::weak_ptr<custom_slot_supplier> from_;
  const slot_reserve_context context_;
  std::atomic<std::thread::id> asked_on_{}; ///< whose own value is all that a thread looks for
  bool was_dropped_ = false;                ///< on that thread
};

std::size_t custom_slots::guaranteed() const noexcept {
  return std::numeric_limits<std::size_t>::max();
}

std::optional<std::size_t> custom_slots::capacity() const noexcept {
  try {
    return from_->maximum();
  } catch (...) {
    return std::nullopt; // unknown is what it says
  }
}

void custom_slots::begin(std::size_t pollers) {
  const std::lock_guard guard{mutex_};
  seats_ = std::vector<seat>(pollers);
}

slot_reserve_context custom_slots::context_of(const slot_request& by) const {
  return {
      .kind = kind_,
      .task_queue = std::string{by.task_queue},
      .worker_identity = std::string{by.identity},
      .is_sticky = by.is_sticky};
}

slot_permit custom_slots::try_reserve(const slot_request& by) {
  auto wish =
      std::make_shared<asking>(std::static_pointer_cast<custom_slots>(shared_from_this()), by);
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_.at(by.poller);
    if (who.granted)
      return make_permit(*std::exchange(who.granted, std::nullopt));
    if (who.asked || who.rests)
      return {};
    who.asked = wish;
  }
  asking::ask(*this, wish);
  const std::lock_guard guard{mutex_};
  auto& who = seats_.at(by.poller);
  return who.granted ? make_permit(*std::exchange(who.granted, std::nullopt)) : slot_permit{};
}

slot_permit custom_slots::try_reserve_spare(const slot_request& by) {
  std::optional<granted_slot> slot;
  try {
    slot = from_->try_reserve(context_of(by));
  } catch (...) {
    complain("try_reserve", std::current_exception());
  }
  if (!slot)
    return {};
  const std::lock_guard guard{mutex_};
  return make_permit(add(std::move(*slot)));
}

void custom_slots::when_free(const slot_request& by, unique_function<void()> on_free) {
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_.at(by.poller);
    if (!who.granted && (who.asked || who.rests)) {
      std::swap(who.on_free, on_free);
      return; // what it replaced goes after the lock
    }
  }
  on_free();
}

void custom_slots::stop_waiting(const slot_request& by) noexcept {
  std::shared_ptr<asking> unwanted; // both go after the lock
  unique_function<void()> forgotten;
  slot_permit untaken;
  const std::lock_guard guard{mutex_};
  auto& who = seats_[by.poller];
  unwanted = std::move(who.asked);
  forgotten = std::exchange(who.on_free, nullptr);
  who.rests = false;
  ++who.rest;
  if (who.granted)
    untaken = make_permit(*std::exchange(who.granted, std::nullopt));
}

void custom_slots::used(const slot_permit& slot, const slot_use& what) {
  granted* entry = nullptr;
  {
    const std::lock_guard guard{mutex_};
    entry = &out_.at(slot.tag());
  }
  const bool is_nexus = kind_ == slot_kind::nexus;
  entry->is_used = true;
  entry->info = {
      .kind = kind_,
      .is_sticky = what.is_sticky,
      .type = std::string{is_nexus ? std::string_view{} : what.type},
      .service = std::string{is_nexus ? what.type : std::string_view{}},
      .operation = std::string{what.operation}};
  try {
    from_->mark_used({entry->info, entry->slot});
  } catch (...) {
    complain("mark_used", std::current_exception());
  }
}

void custom_slots::released(std::uint32_t tag) noexcept {
  decltype(out_)::node_type over;
  {
    const std::lock_guard guard{mutex_};
    over = out_.extract(tag);
  }
  give_back(over.mapped().slot, over.mapped().is_used ? &over.mapped().info : nullptr);
  unique_function<void()> next;
  unique_function<void()> all;
  {
    const std::lock_guard guard{mutex_};
    permits_.gave_back(all);
    for (std::size_t i = 0; i < seats_.size() && !next; ++i) {
      auto& who = seats_[next_to_wake_ = (next_to_wake_ + 1) % seats_.size()];
      if (!who.rests || !who.waits_for_release)
        continue;
      who.rests = false;
      ++who.rest;
      next = std::exchange(who.on_free, nullptr);
    }
  }
  if (next)
    next();
  if (all)
    all();
}

void custom_slots::on_granted(asking& by, granted_slot slot) {
  std::unique_lock guard{mutex_};
  auto* const who = seat_of(by);
  if (who == nullptr) { // too late: nobody waits for it any more
    guard.unlock();
    give_back(slot, nullptr);
    return;
  }
  who->asked = nullptr; // who calls holds it
  who->granted = add(std::move(slot));
  auto told = std::exchange(who->on_free, nullptr);
  guard.unlock();
  if (told)
    told();
}

void custom_slots::on_failed(asking& by, const std::exception_ptr& error) noexcept {
  {
    const std::lock_guard guard{mutex_};
    auto* who = seat_of(by);
    if (who == nullptr)
      return;
    rest(by, *who, after_failure, false);
  }
  complain("reserve", error);
}

void custom_slots::on_asks_again(asking& by, duration after) {
  const std::lock_guard guard{mutex_};
  if (auto* who = seat_of(by))
    rest(by, *who, after, true);
}

void custom_slots::rest(asking& by, seat& who, duration after, bool until_release) {
  who.rests = true;
  who.waits_for_release = until_release;
  // The poller lives while its seat is asked for: its executor does, too.
  auto begin = [self = std::static_pointer_cast<custom_slots>(shared_from_this()),
                home = by.home,
                poller = by.poller,
                after,
                rest = ++who.rest] {
    home->schedule(after, [self, poller, rest] { self->on_rested(poller, rest); });
  };
  if (by.home->runs_here())
    begin();
  else
    by.home->post(std::move(begin));
  who.asked = nullptr;
}

void custom_slots::on_rested(std::uint32_t poller, std::uint64_t rest) {
  unique_function<void()> told;
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_[poller];
    if (!who.rests || who.rest != rest)
      return;
    who.rests = false;
    told = std::exchange(who.on_free, nullptr);
  }
  if (told)
    told();
}

custom_slots::seat* custom_slots::seat_of(const asking& by) noexcept {
  auto& who = seats_[by.poller];
  return who.asked.get() == &by ? &who : nullptr;
}

std::uint32_t custom_slots::add(granted_slot slot) {
  granted made{std::move(slot), {}, false};
  while (!out_.try_emplace(++last_tag_, std::move(made)).second) {
  } // once around, some are still out
  permits_.took();
  return last_tag_;
}

void custom_slots::give_back(const granted_slot& slot, const slot_info* info) noexcept {
  try {
    from_->release({info, slot});
  } catch (...) {
    complain("release", std::current_exception());
  }
}

void custom_slots::complain(std::string_view about, const std::exception_ptr& error) noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  {
    const std::lock_guard guard{mutex_};
    if (complained_ && now - *complained_ < log_interval)
      return;
    complained_ = now;
  }
  log::warn(
      "a slot supplier of the program failed",
      {{"kind", to_string(kind_)},
       {"function", about},
       {"error", error ? describe(error) : "the reservation was dropped without an answer"}});
}

} // namespace troupe::actors
