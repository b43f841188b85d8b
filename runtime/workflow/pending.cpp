// SPDX-License-Identifier: Apache-2.0
#include <troupe/detail/borrowing.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/detail/pending.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <vector>

namespace troupe::workflow::detail {

pending::pending(run& owner) noexcept : owner_(&owner) {
  in_scope.self = this;
}

pending::~pending() = default;

void pending::settle() noexcept {
  if (settled_)
    return;
  settled_ = true;
  in_scope.unlink();
  while (waiters_.linked()) {
    auto& next = static_cast<waiter&>(*waiters_.next);
    next.unlink();
    auto& who = *next.owner;
    // Zero: an `any` that another one woke already and that has not run yet.
    if (who.missing != 0 && --who.missing == 0)
      owner_->make_ready(who);
  }
}

std::string pending::waiting_coroutine() const {
  if (!waiters_.linked())
    return {};
  return " in " + troupe::detail::describe(static_cast<const waiter&>(*waiters_.next).owner->where);
}

void pending::fail(std::exception_ptr why) noexcept {
  if (settled_)
    return;
  failure_ = std::move(why);
  settle();
}

void pending::cancel(const std::string&) {}

void code_wait::cancel(const std::string& reason) {
  fail(make_canceled(reason));
}

scope::scope(ref<scope> parent) : parent_(std::move(parent)) {
  in_parent_.self = this;
  if (!parent_)
    return;
  if (parent_->cancelled_) {
    cancelled_ = true;
    reason_ = parent_->reason_;
  }
  parent_->children_.push_back(in_parent_);
}

scope::~scope() {
  // Members and children may outlive the scope: they only leave its lists.
  while (members_.linked())
    members_.next->unlink();
  while (children_.linked())
    children_.next->unlink();
}

void scope::cancel(const std::string& reason) {
  if (cancelled_)
    return;
  const ref<scope> keep{this};
  cancelled_ = true;
  reason_ = reason;
  // Cancelling settles members, which takes them off the list, or sends a request and leaves them
  // there.
  std::vector<ref<pending>> members;
  for (auto* node = members_.next; node != &members_; node = node->next)
    members.emplace_back(static_cast<pending::scope_hook*>(node)->self);
  for (const auto& member : members)
    if (!member->settled())
      member->scope_cancelled(reason);
  std::vector<ref<scope>> children;
  for (auto* node = children_.next; node != &children_; node = node->next)
    children.emplace_back(static_cast<child_hook*>(node)->self);
  for (const auto& child : children)
    child->cancel(reason);
}

std::shared_ptr<const update_info> scope::update() const noexcept {
  for (const auto* one = this; one != nullptr; one = one->parent_.get())
    if (one->update_ != nullptr)
      return one->update_;
  return nullptr;
}

void scope::add(pending& what) {
  if (cancelled_)
    what.scope_cancelled(reason_);
  if (!what.settled())
    members_.push_back(what.in_scope);
}

std::exception_ptr make_canceled(const std::string& reason) {
  return std::make_exception_ptr(canceled_error(reason.empty() ? "canceled" : reason));
}

} // namespace troupe::workflow::detail
