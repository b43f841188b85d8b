// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_work.hpp"

#include "runtime/base/slices/slice.hpp"

#include <sys/mman.h>
#include <ucontext.h>

#include <limits>
#include <new>
#include <utility>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TROUPE_SLICES_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TROUPE_SLICES_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TROUPE_SLICES_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TROUPE_SLICES_TSAN 1
#endif

#ifdef TROUPE_SLICES_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef TROUPE_SLICES_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace troupe {

namespace {

constexpr std::size_t page_bytes = 4096;
/// Stacks that are kept to be used again, of each thread.
constexpr std::size_t most_spare_stacks = 4;

/// Memory for a stack, with a page below it that may not be touched.
class stack_memory {
public:
  stack_memory() {
    auto* made = ::mmap(
        nullptr,
        sliced_work::stack_bytes,
        PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK,
        -1,
        0);
    if (made == MAP_FAILED)
      throw std::bad_alloc{};
    base_ = static_cast<char*>(made);
    if (::mprotect(base_, page_bytes, PROT_NONE) != 0) {
      ::munmap(base_, sliced_work::stack_bytes);
      throw std::bad_alloc{};
    }
  }
  stack_memory(stack_memory&& other) noexcept : base_(std::exchange(other.base_, nullptr)) {}
  stack_memory& operator=(stack_memory&& other) noexcept {
    std::swap(base_, other.base_);
    return *this;
  }
  ~stack_memory() {
    if (base_ != nullptr)
      ::munmap(base_, sliced_work::stack_bytes);
  }

  [[nodiscard]] char* begin() const noexcept { return base_ + page_bytes; }
  [[nodiscard]] static constexpr std::size_t size() noexcept {
    return sliced_work::stack_bytes - page_bytes;
  }

private:
  char* base_ = nullptr;
};

std::vector<stack_memory>& spare_stacks() {
  thread_local std::vector<stack_memory> spare;
  return spare;
}

stack_memory take_stack() {
  auto& spare = spare_stacks();
  if (spare.empty())
    return {};
  auto taken = std::move(spare.back());
  spare.pop_back();
#ifdef TROUPE_SLICES_ASAN
  ASAN_UNPOISON_MEMORY_REGION(taken.begin(), stack_memory::size());
#endif
  return taken;
}

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

} // namespace

/// The work and the two sides that its thread goes back and forth between.
struct sliced_work::state {
  explicit state(unique_function<void()> work) : what(std::move(work)) {}

  /// From the caller's side to the work's, until that gives the thread back.
  void enter();
  /// From the work's side to the caller's.
  void leave(bool for_good);
  static void main() noexcept;

  unique_function<void()> what;
  std::exception_ptr thrown;
  stack_memory stack = take_stack();
  ucontext_t inside{};
  ucontext_t outside{};
  std::int64_t budget = 0;
  std::int64_t left = 0; ///< of the budget, while an observer counts
  bool is_begun = false;
  bool is_over = false;
  bool is_abandoned = false; ///< and has not heard of it
  state* outer = nullptr;    ///< the work that this one is run by, if it is
#ifdef TROUPE_SLICES_ASAN
  void* fake_inside = nullptr;
  void* fake_outside = nullptr;
  const void* outside_stack = nullptr;
  std::size_t outside_size = 0;
#endif
#ifdef TROUPE_SLICES_TSAN
  void* fiber_inside = __tsan_create_fiber(0);
  void* fiber_outside = nullptr;
  ~state() { __tsan_destroy_fiber(fiber_inside); }
#endif
};

namespace {

/// What the thread knows of the work that runs on it.
struct spending {
  std::int64_t left = no_limit; ///< until somebody wants to hear of it
  void* running = nullptr;      ///< a `sliced_work::state`
  spending_observer* observer = nullptr;
};

/// Not inline: work may go on on another thread than it began on.
[[gnu::noinline]] spending& of_this_thread() noexcept {
  constinit thread_local spending own;
  return own;
}

} // namespace

void sliced_work::state::enter() {
  auto& thread = of_this_thread();
  left = budget;
  const auto left_outside =
      std::exchange(thread.left, thread.observer == nullptr ? budget : std::int64_t{0});
  outer = static_cast<state*>(std::exchange(thread.running, this));
#ifdef TROUPE_SLICES_ASAN
  __sanitizer_start_switch_fiber(&fake_outside, stack.begin(), stack_memory::size());
#endif
#ifdef TROUPE_SLICES_TSAN
  fiber_outside = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber_inside, 0);
#endif
  ::swapcontext(&outside, &inside);
#ifdef TROUPE_SLICES_ASAN
  __sanitizer_finish_switch_fiber(fake_outside, nullptr, nullptr);
#endif
  auto& after = of_this_thread();
  after.left = left_outside;
  after.running = outer;
}

void sliced_work::state::leave(bool for_good) {
#ifdef TROUPE_SLICES_ASAN
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_inside, outside_stack, outside_size);
#endif
#ifdef TROUPE_SLICES_TSAN
  __tsan_switch_to_fiber(fiber_outside, 0);
#endif
  if (for_good)
    ::setcontext(&outside);
  ::swapcontext(&inside, &outside);
#ifdef TROUPE_SLICES_ASAN
  __sanitizer_finish_switch_fiber(fake_inside, &outside_stack, &outside_size);
#endif
}

void sliced_work::state::main() noexcept {
  auto& self = *static_cast<state*>(of_this_thread().running);
#ifdef TROUPE_SLICES_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.outside_stack, &self.outside_size);
#endif
  try {
    self.what();
    self.what = nullptr;
  } catch (...) {
    self.thrown = std::current_exception();
  }
  self.is_over = true;
  self.leave(true);
}

sliced_work::sliced_work(unique_function<void()> what)
    : state_(std::make_unique<state>(std::move(what))) {}

sliced_work::~sliced_work() {
  if (state_->is_begun && !state_->is_over) {
    state_->is_abandoned = true;
    state_->budget = no_limit;
    state_->enter();
  }
  if (auto& spare = spare_stacks(); spare.size() < most_spare_stacks)
    spare.push_back(std::move(state_->stack));
}

bool sliced_work::step(std::size_t budget) {
  auto& now = *state_;
  if (!now.is_begun) {
    now.is_begun = true;
    ::getcontext(&now.inside);
    now.inside.uc_stack.ss_sp = now.stack.begin();
    now.inside.uc_stack.ss_size = stack_memory::size();
    now.inside.uc_link = nullptr;
    ::makecontext(&now.inside, &state::main, 0);
  }
  now.budget = static_cast<std::int64_t>(budget);
  now.enter();
  if (!now.is_over)
    return false;
  if (auto thrown = std::exchange(now.thrown, nullptr))
    std::rethrow_exception(thrown);
  return true;
}

bool sliced_work::is_running() noexcept {
  return of_this_thread().running != nullptr;
}

void sliced_work::charge(std::size_t units) {
  auto& thread = of_this_thread();
  auto* const self = static_cast<state*>(thread.running);
  const auto cost = static_cast<std::int64_t>(units);
  if (thread.observer != nullptr) {
    thread.left = 0;
    thread.observer->spent(units);
    if (self == nullptr)
      return;
    self->left -= cost;
    if (self->left >= 0)
      return;
  } else if (self == nullptr) {
    thread.left = no_limit;
    return;
  }
  // What a thread knows of its exceptions cannot be parted from its stack.
  if (std::uncaught_exceptions() != 0 || std::current_exception()) {
    thread.left = 0;
    self->left = 0;
    return;
  }
  self->leave(false);
  if (std::exchange(self->is_abandoned, false))
    throw slices_abandoned{};
  auto& now = of_this_thread();
  self->left -= cost;
  if (now.observer == nullptr)
    now.left -= cost;
}

void spend(std::size_t units) {
  auto& left = of_this_thread().left;
  left -= static_cast<std::int64_t>(units);
  if (left < 0)
    sliced_work::charge(units);
}

spending_observer* observe_spending(spending_observer* by) noexcept {
  auto& thread = of_this_thread();
  thread.left = by == nullptr ? no_limit : 0;
  return std::exchange(thread.observer, by);
}

} // namespace troupe
