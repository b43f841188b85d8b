// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/context.hpp>
#include <troupe/workflow/future.hpp>
#include <troupe/workflow/signal.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

namespace troupe::workflow {

namespace detail {

template <class T>
class channel_receive;
template <class T>
class channel_send;

/// The values of a channel, and who waits for some or for room.
template <class T>
class shared_channel final : public ref_counted {
public:
  explicit shared_channel(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  /// Moves from `value` if it is taken.
  bool try_push(T& value) {
    if (auto* receiver = next_of<channel_receive<T>>(receivers)) {
      receiver->settle_with(values_.numbered(std::move(value)));
      return true;
    }
    if (values_.size() >= capacity_)
      return false;
    values_.push(std::move(value));
    return true;
  }
  std::optional<typename kept_values<T>::entry> try_pop() {
    std::optional<typename kept_values<T>::entry> next;
    if (!values_.empty())
      next.emplace(values_.pop());
    // Whoever waits for room has it now, or its value goes straight to the receiver.
    while (!next || values_.size() < capacity_) {
      auto* sender = next_of<channel_send<T>>(senders);
      if (sender == nullptr)
        break;
      if (next)
        values_.push(std::move(sender->value));
      else
        next.emplace(values_.numbered(std::move(sender->value)));
      sender->settle();
    }
    return next;
  }
  /// A value that was received but never looked at: the next receiver gets it.
  void put_back(typename kept_values<T>::entry&& one) {
    if (auto* receiver = next_of<channel_receive<T>>(receivers))
      receiver->settle_with(std::move(one));
    else
      values_.put_back(std::move(one));
  }
  void close() {
    closed_ = true;
    while (auto* receiver = next_of<channel_receive<T>>(receivers))
      receiver->settle();
    while (auto* sender = next_of<channel_send<T>>(senders))
      sender->fail(closed_error());
  }

  static std::exception_ptr closed_error() {
    return std::make_exception_ptr(std::logic_error("a value was sent to a closed channel"));
  }

  list_node receivers;
  list_node senders;

private:
  /// Takes the first who still waits off its list; null if nobody does.
  template <class Wait>
  static Wait* next_of(list_node& waiting) {
    while (waiting.linked()) {
      auto* first = static_cast<typename Wait::hook&>(*waiting.next).self;
      first->place.unlink();
      if (!first->settled())
        return first;
    }
    return nullptr;
  }

  kept_values<T> values_;
  std::size_t capacity_;
  bool closed_ = false;
};

template <class T>
class channel_receive final : public code_wait {
public:
  channel_receive(run& owner, ref<shared_channel<T>> from)
      : code_wait(owner), from_(std::move(from)) {
    place.self = this;
  }
  ~channel_receive() override {
    if (value_ && !owner().closed())
      from_->put_back(*std::move(value_));
  }

  void settle_with(typename kept_values<T>::entry&& one) {
    value_.emplace(std::move(one));
    settle();
  }
  [[nodiscard]] const char* subject() const noexcept override { return "a value of a channel"; }

  static std::optional<T> take(pending& from) {
    auto taken = std::exchange(static_cast<channel_receive&>(from).value_, std::nullopt);
    return taken ? std::optional<T>{std::move(taken->value)} : std::nullopt;
  }

  struct hook : list_node {
    channel_receive* self = nullptr;
  };
  hook place;

private:
  ref<shared_channel<T>> from_;
  std::optional<typename kept_values<T>::entry> value_;
};

template <class T>
class channel_send final : public code_wait {
public:
  channel_send(run& owner, ref<shared_channel<T>> to, T what)
      : code_wait(owner), value(std::move(what)), to_(std::move(to)) {
    place.self = this;
  }

  void cancel(const std::string& reason) override {
    place.unlink();
    code_wait::cancel(reason);
  }
  [[nodiscard]] const char* subject() const noexcept override { return "room in a channel"; }

  struct hook : list_node {
    channel_send* self = nullptr;
  };
  hook place;
  T value;

private:
  ref<shared_channel<T>> to_;
};

} // namespace detail

/// Values from some coroutines of a workflow to others, in order.
///
/// To take from the first of several that has something, await `any` of what `receive` gives: a
/// value that came and was not looked at stays in its channel.
///
///     auto job = jobs.receive(ctx);
///     auto stop = stops.receive(ctx);
///     if (co_await workflow::any(job, stop) == 0)
///       work(job.get());
///
/// A handle: copies are the same channel, so it can be given to coroutines by value. It belongs to
/// one run. Nothing of it is in the history.
template <class T>
class channel {
public:
  /// Keeps nothing: a sender waits for its receiver.
  channel() : channel(0) {}
  /// Keeps up to `capacity` values that nobody has received.
  explicit channel(std::size_t capacity)
      : state_(detail::make_ref<detail::shared_channel<T>>(capacity)) {}

  /// Ready when the value has a receiver or room. Cancelled together with the scope of `ctx`, or
  /// dropped before it is ready: then it was not sent. Fails with `std::logic_error` if the channel
  /// is closed.
  [[nodiscard]] future<void> send(const context& ctx, T value) const {
    auto wait = detail::make_ref<detail::channel_send<T>>(*ctx.owner(), state_, std::move(value));
    ctx.scope()->add(*wait);
    if (!wait->settled()) {
      if (state_->closed()) {
        wait->fail(detail::shared_channel<T>::closed_error());
      } else if (state_->try_push(wait->value)) {
        wait->settle();
      } else {
        state_->senders.push_back(wait->place);
        ctx.owner()->add_wait(*wait);
      }
    }
    return {wait, nullptr};
  }
  /// False, and `value` is as before, if it would have to wait or the channel is closed.
  [[nodiscard]] bool try_send(T& value) const {
    return !state_->closed() && state_->try_push(value);
  }

  /// The next value; empty once the channel is closed and has no more. Cancelled together with the
  /// scope of `ctx`. Await or `get` it once.
  [[nodiscard]] future<std::optional<T>> receive(const context& ctx) const {
    auto wait = detail::make_ref<detail::channel_receive<T>>(*ctx.owner(), state_);
    ctx.scope()->add(*wait);
    if (!wait->settled()) {
      if (auto next = state_->try_pop()) {
        wait->settle_with(*std::move(next));
      } else if (state_->closed()) {
        wait->settle();
      } else {
        state_->receivers.push_back(wait->place);
        ctx.owner()->add_wait(*wait);
      }
    }
    return {wait, &detail::channel_receive<T>::take};
  }
  /// The next value if there is one already.
  [[nodiscard]] std::optional<T> try_receive() const {
    auto next = state_->try_pop();
    return next ? std::optional<T>{std::move(next->value)} : std::nullopt;
  }

  /// No more values come: receivers get those that are left, then nothing. Senders who wait fail.
  void close() const { state_->close(); }
  /// Has somebody closed it?
  [[nodiscard]] bool is_closed() const noexcept { return state_->closed(); }
  /// Values that nobody has received.
  [[nodiscard]] std::size_t size() const noexcept { return state_->size(); }

private:
  detail::ref<detail::shared_channel<T>> state_;
};

} // namespace troupe::workflow
