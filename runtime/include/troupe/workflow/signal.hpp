// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace troupe::workflow {

namespace detail {

/// Values in the order in which they came; one that is put back gets its place again.
template <class T>
class kept_values {
public:
  struct entry {
    T value;
    std::uint64_t number;
  };

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Gives a value that comes its place in the order.
  entry numbered(T value) { return {std::move(value), next_++}; }
  void push(T value) { entries_.push_back(numbered(std::move(value))); }
  entry pop() {
    auto first = std::move(entries_.front());
    entries_.pop_front();
    return first;
  }
  void put_back(entry&& one) {
    auto place = entries_.begin();
    while (place != entries_.end() && place->number < one.number)
      ++place;
    entries_.insert(place, std::move(one));
  }

private:
  std::list<entry> entries_;
  std::uint64_t next_ = 0;
};

template <class T>
class receive_pending;

/// The signals of one name that nobody received, and who waits for some.
template <class T>
class channel_state final : public ref_counted {
public:
  void push(T value) {
    if (auto* receiver = next_receiver())
      receiver->settle_with(values.numbered(std::move(value)));
    else
      values.push(std::move(value));
  }
  /// Received but never looked at: the next receiver gets it.
  void put_back(typename kept_values<T>::entry&& one) {
    if (auto* receiver = next_receiver())
      receiver->settle_with(std::move(one));
    else
      values.put_back(std::move(one));
  }

  kept_values<T> values;
  list_node receivers;

private:
  /// Takes the first who still waits off the list; null if nobody does.
  receive_pending<T>* next_receiver() {
    while (receivers.linked()) {
      auto* first = static_cast<typename receive_pending<T>::hook&>(*receivers.next).self;
      first->place.unlink();
      if (!first->settled())
        return first;
    }
    return nullptr;
  }
};

template <class T>
class receive_pending final : public code_wait {
public:
  receive_pending(run& owner, ref<channel_state<T>> channel)
      : code_wait(owner), channel_(std::move(channel)) {
    place.self = this;
  }
  ~receive_pending() override {
    // By the loser of an `any`, for one.
    if (value_ && !owner().closed())
      channel_->put_back(*std::move(value_));
  }

  void settle_with(typename kept_values<T>::entry&& one) {
    value_.emplace(std::move(one));
    settle();
  }

  [[nodiscard]] const char* subject() const noexcept override { return "a signal"; }

  static T take(pending& from) {
    auto& self = static_cast<receive_pending&>(from);
    if (!self.value_)
      throw std::logic_error("a received signal was taken twice");
    auto taken = *std::exchange(self.value_, std::nullopt);
    return std::move(taken.value);
  }

  struct hook : list_node {
    receive_pending* self = nullptr;
  };
  hook place;

private:
  ref<channel_state<T>> channel_;
  std::optional<typename kept_values<T>::entry> value_;
};

/// What a channel gives for signals with these arguments: the only one, or all as a tuple.
template <class... T>
struct signal_value {
  using type = std::tuple<T...>;
};
template <class T>
struct signal_value<T> {
  using type = T;
};
template <class... T>
using signal_value_t = typename signal_value<T...>::type;

} // namespace detail

/// Signals of one name in the order in which they came; those that nobody received yet are kept.
/// A handle: copies, and what the context gives for the same name again, are the same channel.
template <class T>
class signal_channel {
public:
  /// What a signal brings: its only argument, a `std::tuple` of none or several, or the
  /// `troupe::payloads` of any.
  using value_type = T;

  /// Made by the library.
  signal_channel(
      detail::ref<detail::run> owner,
      detail::ref<detail::scope> within,
      detail::ref<detail::channel_state<T>> state)
      : owner_(std::move(owner)), within_(std::move(within)), state_(std::move(state)) {}

  /// The next signal. Cancelled together with the context's scope. Await or `get` it once.
  future<T> receive() const {
    auto next = detail::make_ref<detail::receive_pending<T>>(*owner_, state_);
    within_->add(*next);
    if (!next->settled()) {
      if (state_->values.empty()) {
        state_->receivers.push_back(next->place);
        owner_->add_wait(*next);
      } else {
        next->settle_with(state_->values.pop());
      }
    }
    return {next, &detail::receive_pending<T>::take};
  }
  /// The next signal if there is one already.
  std::optional<T> try_receive() const {
    if (state_->values.empty())
      return std::nullopt;
    return std::move(state_->values.pop().value);
  }
  /// That came and nobody has received.
  [[nodiscard]] std::size_t size() const noexcept { return state_->values.size(); }

private:
  detail::ref<detail::run> owner_;
  detail::ref<detail::scope> within_;
  detail::ref<detail::channel_state<T>> state_;
};

} // namespace troupe::workflow
