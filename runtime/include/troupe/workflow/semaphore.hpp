// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/context.hpp>
#include <troupe/workflow/future.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace troupe::workflow {

namespace detail {

class acquire_pending;

/// How many permits are free, and who waits for some, in the order in which they came.
class semaphore_state final : public ref_counted {
public:
  explicit semaphore_state(int permits) : permits_(permits), free_(permits) {}

  [[nodiscard]] int permits() const noexcept { return permits_; }
  [[nodiscard]] int available() const noexcept { return free_; }
  /// False if somebody waits already, or there are too few.
  bool try_take(int count) noexcept {
    if (waiting.linked() || free_ < count)
      return false;
    free_ -= count;
    return true;
  }
  void give_back(int count) noexcept {
    free_ += count;
    serve();
  }
  /// Gives the first in the queue what it waits for, as far as there is enough.
  inline void serve() noexcept;

  list_node waiting;

private:
  int permits_;
  int free_;
};

} // namespace detail

/// Permits of a semaphore, or a mutex that is held; gives them back when it is destroyed. Moved,
/// not copied. Threading: only in its workflow.
class [[nodiscard(
    "a permit that nobody keeps is given back at once: auto held = co_await ...")]] permit {
public:
  /// None.
  permit() noexcept = default;
  /// For the library.
  permit(detail::ref<detail::semaphore_state> of, int count) noexcept
      : of_(std::move(of)), count_(count) {}
  /// What was moved from holds nothing.
  permit(permit&& other) noexcept
      : of_(std::move(other.of_)), count_(std::exchange(other.count_, 0)) {}
  /// Gives back what was held.
  permit& operator=(permit&& other) noexcept {
    if (this != &other) {
      release();
      of_ = std::move(other.of_);
      count_ = std::exchange(other.count_, 0);
    }
    return *this;
  }
  ~permit() { release(); }

  /// How many it holds; 0: none.
  [[nodiscard]] int count() const noexcept { return count_; }
  /// Does it hold any?
  explicit operator bool() const noexcept { return count_ != 0; }
  /// Gives them back before it is destroyed. The next in the queue goes on when the caller waits.
  void release() noexcept {
    if (count_ == 0)
      return;
    const auto of = std::exchange(of_, {});
    of->give_back(std::exchange(count_, 0));
  }

private:
  detail::ref<detail::semaphore_state> of_;
  int count_ = 0;
};

namespace detail {

class acquire_pending final : public code_wait {
public:
  acquire_pending(run& owner, ref<semaphore_state> of, int count)
      : code_wait(owner), of_(std::move(of)), count_(count) {
    place.self = this;
  }
  ~acquire_pending() override {
    if (owner().closed())
      return;
    // Nobody waits for it any more, e.g. the loser of an `any`.
    place.unlink();
    if (granted_)
      of_->give_back(count_);
    else
      of_->serve();
  }

  [[nodiscard]] int count() const noexcept { return count_; }
  void grant() noexcept {
    granted_ = true;
    place.unlink();
    settle();
  }
  void cancel(const std::string& reason) override {
    place.unlink();
    code_wait::cancel(reason);
    of_->serve(); // it may have been what the next one waited for
  }
  [[nodiscard]] const char* subject() const noexcept override { return "a permit"; }

  static permit take(pending& from) {
    auto& self = static_cast<acquire_pending&>(from);
    if (!std::exchange(self.granted_, false))
      throw std::logic_error("a permit was taken twice");
    return {self.of_, self.count_};
  }

  struct hook : list_node {
    acquire_pending* self = nullptr;
  };
  hook place;

private:
  ref<semaphore_state> of_;
  int count_;
  bool granted_ = false;
};

void semaphore_state::serve() noexcept {
  while (waiting.linked()) {
    auto& first = *static_cast<acquire_pending::hook&>(*waiting.next).self;
    // An evicted run destroys its coroutines, and with them the permits they hold.
    if (first.owner().closed() || free_ < first.count())
      return;
    free_ -= first.count();
    first.grant();
  }
}

} // namespace detail

/// At most so many coroutines of a workflow at a time: permits that are taken and given back. Who
/// waits is served in the order in which they came, also one who needs many before others who need
/// few.
///
/// A handle: copies are the same semaphore, so it can be given to coroutines by value. It belongs
/// to one run: a member of the workflow, or a local of `run`. Nothing of it is in the history.
class semaphore {
public:
  /// Throws `std::invalid_argument` for less than one permit.
  explicit semaphore(int permits)
      : state_(detail::make_ref<detail::semaphore_state>(
            permits > 0 ? permits
                        : throw std::invalid_argument("a semaphore has at least one permit"))) {}

  /// Ready when `count` permits are this caller's. Cancelled together with the scope of `ctx`.
  /// Throws `std::invalid_argument` for less than one and for more than there are. Await or `get`
  /// it once; a future that is dropped leaves the queue, or gives back what it got.
  [[nodiscard]] future<permit> acquire(const context& ctx, int count = 1) const {
    require_possible(count);
    auto wait = detail::make_ref<detail::acquire_pending>(*ctx.owner(), state_, count);
    ctx.scope()->add(*wait);
    if (!wait->settled()) {
      if (state_->try_take(count)) {
        wait->grant();
      } else {
        state_->waiting.push_back(wait->place);
        ctx.owner()->add_wait(*wait);
      }
    }
    return {wait, &detail::acquire_pending::take};
  }
  /// Empty if it would have to wait.
  [[nodiscard]] permit try_acquire(int count = 1) const {
    require_possible(count);
    return state_->try_take(count) ? permit{state_, count} : permit{};
  }
  /// Permits that nobody has.
  [[nodiscard]] int available() const noexcept { return state_->available(); }

private:
  void require_possible(int count) const {
    if (count < 1 || count > state_->permits())
      throw std::invalid_argument(
          "a semaphore of " + std::to_string(state_->permits()) + " cannot give "
          + std::to_string(count) + " permits");
  }

  detail::ref<detail::semaphore_state> state_;
};

} // namespace troupe::workflow
