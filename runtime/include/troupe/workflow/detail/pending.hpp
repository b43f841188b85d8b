// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/workflow/detail/ref.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

namespace troupe::workflow {
struct update_info;
}

namespace troupe::workflow::detail {

class run;

/// A coroutine that waits for a number of pendings; lives in its own frame and leaves every list
/// with it.
struct suspended : list_node {
  std::coroutine_handle<> frame;
  std::source_location where; ///< the coroutine's name and the place of its co_await
  std::size_t missing =
      1; ///< how many more pendings must settle before it resumes; 0 = it was made ready
};

/// The place of one suspended coroutine in one pending's list.
struct waiter : list_node {
  suspended* owner = nullptr;
};

/// What a workflow can wait for: a timer, an operation, a signal, another coroutine. Settles
/// exactly once.
class pending : public ref_counted {
public:
  explicit pending(run& owner) noexcept;
  ~pending() override;

  [[nodiscard]] bool settled() const noexcept { return settled_; }
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }
  [[nodiscard]] run& owner() const noexcept { return *owner_; }

  void add(waiter& who) noexcept { waiters_.push_back(who); }
  /// ` in greeter::run(...) (greeter.cpp:12)` for the first coroutine that waits for it; empty if
  /// none does.
  [[nodiscard]] std::string waiting_coroutine() const;

  /// Makes it ready, or failed; waiters go to the end of the run queue in the order in which they
  /// came.
  void settle() noexcept;
  void fail(std::exception_ptr why) noexcept;

  /// Asks what is under way to stop. How it then settles is its own matter.
  virtual void cancel(const std::string& reason);
  /// Its cancellation scope is cancelled: the same, unless the thing cannot be left alone.
  virtual void scope_cancelled(const std::string& reason) { cancel(reason); }

  struct scope_hook : list_node {
    pending* self = nullptr;
  };
  scope_hook in_scope; ///< registered here while it is cancelled together with its scope

private:
  list_node waiters_;
  ref<run> owner_;
  std::exception_ptr failure_;
  bool settled_ = false;
};

/// Something that only other code of the run makes ready: a signal, a permit, a value of a channel.
/// The run lists those that are waited for.
class code_wait : public pending {
public:
  explicit code_wait(run& owner) noexcept : pending(owner) { in_run.self = this; }

  void cancel(const std::string& reason) override;
  /// What it is, for who looks at a run: `a signal`.
  [[nodiscard]] virtual const char* subject() const noexcept = 0;

  struct run_hook : list_node {
    code_wait* self = nullptr;
  };
  run_hook in_run;
};

/// A pending that settles with an encoded value.
class payload_pending : public pending {
public:
  using pending::pending;

  /// What began it: itself, unless an interceptor gives another result than that has.
  [[nodiscard]] virtual const pending& origin() const noexcept { return *this; }

  payload value;
  /// What the value is read with, where the codec tells contexts apart; null: as the run's.
  std::unique_ptr<const data_converter> narrowed;
};

/// A pending that settles with a C++ value.
template <class T>
class value_pending : public pending {
public:
  using pending::pending;
  std::optional<T> value;
};
template <>
class value_pending<void> : public pending {
public:
  using pending::pending;
};

/// A node of the tree of cancellation scopes.
class scope final : public ref_counted {
public:
  /// A child of `parent`; without one the scope is a root or a shield.
  explicit scope(ref<scope> parent = {});
  ~scope() override;

  [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  /// Cancels what is pending in it, oldest first, then its children. Only the first call has an
  /// effect.
  void cancel(const std::string& reason);
  /// Cancels `what` together with the scope; at once if the scope is cancelled already.
  void add(pending& what);

  /// The update whose handler this scope, or one around it, is of; null if of none.
  [[nodiscard]] std::shared_ptr<const update_info> update() const noexcept;
  void is_of(std::shared_ptr<const update_info> update) noexcept { update_ = std::move(update); }

private:
  struct child_hook : list_node {
    scope* self = nullptr;
  };

  ref<scope> parent_;
  child_hook in_parent_;
  list_node children_;
  list_node members_;
  std::string reason_;
  std::shared_ptr<const update_info> update_; ///< null: what the parent says
  bool cancelled_ = false;
};

/// The error a cancelled wait ends with.
std::exception_ptr make_canceled(const std::string& reason);

} // namespace troupe::workflow::detail
