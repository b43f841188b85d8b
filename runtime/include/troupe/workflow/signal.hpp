// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace troupe::workflow {

template <class Context>
class message_handlers;

namespace detail {

template <class T>
class receive_pending;

template <class T>
class channel_state final : public ref_counted {
public:
  void push(T value) {
    while (receivers.linked()) {
      auto& hook = static_cast<typename receive_pending<T>::hook&>(*receivers.next);
      hook.unlink();
      auto* receiver = hook.self;
      if (receiver->settled())
        continue;
      receiver->value.emplace(std::move(value));
      receiver->settle();
      return;
    }
    values.push_back(std::move(value));
  }

  std::deque<T> values;
  list_node receivers;
};

template <class T>
class receive_pending final : public code_wait {
public:
  receive_pending(run& owner, ref<channel_state<T>> channel)
      : code_wait(owner), channel_(std::move(channel)) {
    place.self = this;
  }
  ~receive_pending() override {
    // Received but never looked at, e.g. by the loser of an `any`: the next receiver gets it.
    if (value && !owner().closed())
      channel_->values.push_front(std::move(*value));
  }

  [[nodiscard]] const char* subject() const noexcept override { return "a signal"; }

  static T take(pending& from) {
    auto& self = static_cast<receive_pending&>(from);
    if (!self.value)
      throw std::logic_error("a received signal was taken twice");
    auto result = std::move(*self.value);
    self.value.reset();
    return result;
  }

  struct hook : list_node {
    receive_pending* self = nullptr;
  };
  hook place;
  std::optional<T> value;

private:
  ref<channel_state<T>> channel_;
};

} // namespace detail

/// Signals of one name in the order in which they came; those that nobody received yet are kept.
template <class T>
class signal_channel {
public:
  /// Made by the library.
  signal_channel(detail::ref<detail::run> owner, detail::ref<detail::scope> within)
      : owner_(std::move(owner)), within_(std::move(within)),
        state_(detail::make_ref<detail::channel_state<T>>()) {}

  /// The next signal. Cancelled together with the context's scope. Await or `get` it once.
  future<T> receive() const {
    auto next = detail::make_ref<detail::receive_pending<T>>(*owner_, state_);
    within_->add(*next);
    if (!next->settled()) {
      if (state_->values.empty()) {
        state_->receivers.push_back(next->place);
        owner_->add_wait(*next);
      } else {
        next->value.emplace(std::move(state_->values.front()));
        state_->values.pop_front();
        next->settle();
      }
    }
    return {next, &detail::receive_pending<T>::take};
  }
  /// The next signal if there is one already.
  std::optional<T> try_receive() const {
    if (state_->values.empty())
      return std::nullopt;
    std::optional<T> next{std::move(state_->values.front())};
    state_->values.pop_front();
    return next;
  }
  /// That came and nobody has received.
  [[nodiscard]] std::size_t size() const noexcept { return state_->values.size(); }

private:
  template <class>
  friend class message_handlers;
  detail::ref<detail::run> owner_;
  detail::ref<detail::scope> within_;
  detail::ref<detail::channel_state<T>> state_;
};

} // namespace troupe::workflow
