// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace troupe::embedded {

/// The same bytes: what "equal" means for messages, which have no operator for it.
bool same_message(const google::protobuf::Message& left, const google::protobuf::Message& right);

/// A value that is shared and never changed, or none: a copy costs a count. For what is large and
/// seldom new (messages, sets), so that a copy of the state around it stays cheap.
///
/// Compares what it holds, not where it is.
template <class Value>
class held {
public:
  held() = default;
  held(std::nullptr_t) {}
  template <class Given>
    requires std::is_convertible_v<Given*, const Value*>
  held(std::shared_ptr<Given> value) : value_(std::move(value)) {}

  /// Takes a copy of the value.
  [[nodiscard]] static held copy_of(const Value& value) {
    return held{std::make_shared<const Value>(value)};
  }

  explicit operator bool() const noexcept { return value_ != nullptr; }
  const Value& operator*() const noexcept { return *value_; }
  const Value* operator->() const noexcept { return value_.get(); }
  void reset() noexcept { value_.reset(); }
  [[nodiscard]] const std::shared_ptr<const Value>& share() const noexcept { return value_; }

  /// A copy of its own (or a new value) to be changed right away; who holds the old one keeps it.
  /// Of many changes in a row only the first one copies: afterwards nobody else holds it.
  Value& edit() {
    if (is_own_ && value_.use_count() == 1)
      return const_cast<Value&>(*value_); // made below
    auto fresh = value_ ? std::make_shared<Value>(*value_) : std::make_shared<Value>();
    auto& changing = *fresh;
    value_ = std::move(fresh);
    is_own_ = true;
    return changing;
  }

  friend bool operator==(const held& left, const held& right) {
    if (left.value_ == right.value_)
      return true;
    if (!left.value_ || !right.value_)
      return false;
    if constexpr (std::is_base_of_v<google::protobuf::Message, Value>)
      return same_message(*left.value_, *right.value_);
    else
      return *left.value_ == *right.value_;
  }

private:
  std::shared_ptr<const Value> value_;
  bool is_own_ = false; ///< made by `edit`, so not const from its birth
};

} // namespace troupe::embedded
