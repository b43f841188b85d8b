// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation_base.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::activity {

/// The activities of one worker by their type. Filled before the first task, then only read.
class registry {
public:
  /// Throws `std::invalid_argument` for a type that is there already, for one without code and for
  /// a reserved name.
  void add(implementation what);
  /// The same, in place of one of that type.
  void replace(implementation what);

  [[nodiscard]] bool empty() const noexcept { return all_.empty() && others_ == nullptr; }
  /// Null if nothing serves it.
  [[nodiscard]] std::shared_ptr<const detail::implementation_base>
  find(std::string_view type) const;
  /// The name of one that is a coroutine, for messages; empty if none is.
  [[nodiscard]] std::string first_coroutine() const;
  /// `charge, greet`: for messages.
  [[nodiscard]] std::string known() const;

private:
  std::map<std::string, std::shared_ptr<const detail::implementation_base>, std::less<>> all_;
  std::shared_ptr<const detail::implementation_base> others_; ///< serves what is not listed
};

} // namespace troupe::activity
