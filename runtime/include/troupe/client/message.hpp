// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe {

/// A signal or update with its arguments, for calls that start a workflow and send it something in
/// one go: `client.signal_with_start_workflow<order>(options, troupe::message("approve", 7),
/// "Ann")`.
template <class... Args>
struct named_message {
  std::string name;         ///< the signal's, the update's
  std::tuple<Args...> args; ///< copies, encoded when they are sent
};

/// What goes along with a start: `message("add", 3)`.
template <class... Args>
[[nodiscard]] named_message<std::decay_t<Args>...> message(std::string name, Args&&... args) {
  return {std::move(name), {std::forward<Args>(args)...}};
}

} // namespace troupe
