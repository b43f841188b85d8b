// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Money moves from one account to another in steps that cannot be one transaction. Each step that
// succeeded has one that undoes it; if a later one fails for good, or the workflow is cancelled,
// they are undone in the reverse order.
namespace saga_sample {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

struct transfer_order {
  std::string id; ///< makes each step safe to be repeated
  std::string from;
  std::string to;
  int cents = 0;
};
BOOST_DESCRIBE_STRUCT(transfer_order, (), (id, from, to, cents))

inline constexpr activity::contract<void(transfer_order)> withdraw{"withdraw"};
inline constexpr activity::contract<void(transfer_order)> undo_withdraw{"undo_withdraw"};
inline constexpr activity::contract<void(transfer_order)> deposit{"deposit"};
inline constexpr activity::contract<void(transfer_order)> undo_deposit{"undo_deposit"};
inline constexpr activity::contract<void(transfer_order)> tell_both{"tell_both"};

/// The steps that were done, and how each is undone.
class compensations {
public:
  using step = std::function<workflow::future<void>(workflow::context)>;

  void add(std::string name, step undo) { steps_.emplace_back(std::move(name), std::move(undo)); }

  /// Undoes them, the last one first. One that fails is logged and does not keep the others from
  /// being undone. `ctx` is a shielded one: a cancelled workflow cleans up, too.
  troupe::async<void> run(workflow::context ctx) {
    for (; !steps_.empty(); steps_.pop_back()) {
      const auto& [name, undo] = steps_.back();
      if (const auto undone = co_await undo(ctx).as_result(); !undone)
        ctx.log().error("a step could not be undone", {{"step", name}});
    }
  }

private:
  std::vector<std::pair<std::string, step>> steps_;
};

struct transfer {
  static constexpr std::string_view name = "Transfer";

  troupe::async<std::string> run(workflow::context ctx, transfer_order what) {
    compensations undo;
    const auto done = co_await steps(ctx, what, undo).as_result();
    if (!done) {
      co_await undo.run(ctx.shielded());
      std::rethrow_exception(done.error());
    }
    co_return what.id + " done";
  }

private:
  // Awaited in the expression that calls it, so the reference lives as long as it runs.
  static troupe::async<void>
  steps(workflow::context ctx, transfer_order what, compensations& undo) {
    const workflow::activity_options options{
        .start_to_close_timeout = std::chrono::seconds{10},
        .retry_policy = workflow::retry_policy{.maximum_attempts = 3}};
    // Noted before it is called: a step whose answer was lost may have been done.
    undo.add(
        "withdraw", [=](workflow::context to) { return to.execute<undo_withdraw>(options, what); });
    co_await ctx.execute<withdraw>(options, what);
    undo.add(
        "deposit", [=](workflow::context to) { return to.execute<undo_deposit>(options, what); });
    co_await ctx.execute<deposit>(options, what);
    co_await ctx.execute<tell_both>(options, what);
  }
};

/// Accounts in memory, for all activities of a worker. A step that is repeated, or undone without
/// having been done, changes nothing.
class bank {
public:
  explicit bank(std::map<std::string, int> accounts) : accounts_(std::move(accounts)) {}

  void withdraw(const transfer_order& what) { once(what.id + "/withdraw", what.from, -what.cents); }
  void undo_withdraw(const transfer_order& what) {
    undo(what.id + "/withdraw", what.from, what.cents);
  }
  void deposit(const transfer_order& what) { once(what.id + "/deposit", what.to, what.cents); }
  void undo_deposit(const transfer_order& what) {
    undo(what.id + "/deposit", what.to, -what.cents);
  }
  void tell_both(const transfer_order& what) const {
    if (what.cents > 1'000'000)
      throw troupe::application_error(
          "so much money cannot be told by mail", {.type = "TooMuch", .non_retryable = true});
  }

  [[nodiscard]] int balance(const std::string& account) const {
    const std::lock_guard lock{mutex_};
    return accounts_.at(account);
  }

private:
  void once(const std::string& step, const std::string& account, int cents) {
    const std::lock_guard lock{mutex_};
    const auto found = accounts_.find(account);
    if (found == accounts_.end())
      throw troupe::application_error(
          "no account " + account, {.type = "NoAccount", .non_retryable = true});
    if (done_.contains(step))
      return;
    if (found->second + cents < 0)
      throw troupe::application_error(
          account + " has too little", {.type = "TooLittle", .non_retryable = true});
    found->second += cents;
    done_[step] = true;
  }
  void undo(const std::string& step, const std::string& account, int cents) {
    const std::lock_guard lock{mutex_};
    if (done_.erase(step) != 0)
      accounts_.at(account) += cents;
  }

  mutable std::mutex mutex_;
  std::map<std::string, int> accounts_;
  std::map<std::string, bool> done_;
};

/// The five activities, over one bank.
template <class Worker>
void add_activities(Worker& to, const std::shared_ptr<bank>& of) {
  to.add(activity::implement<withdraw>(of, &bank::withdraw))
      .add(activity::implement<undo_withdraw>(of, &bank::undo_withdraw))
      .add(activity::implement<deposit>(of, &bank::deposit))
      .add(activity::implement<undo_deposit>(of, &bank::undo_deposit))
      .add(activity::implement<tell_both>(of, &bank::tell_both));
}

} // namespace saga_sample
