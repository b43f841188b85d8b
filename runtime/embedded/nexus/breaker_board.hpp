// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/nexus/circuit_breaker.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::embedded {

/// What the circuit breakers of all Nexus endpoints are doing, for whoever asks of one. Pure.
///
/// | of a row   |                                                                            |
/// |------------|----------------------------------------------------------------------------|
/// | key        | name of the endpoint; id of the caller's namespace, starts or cancels      |
/// | state      | of its `circuit_breaker`                                                   |
/// | failures   | in a row, while it is closed                                               |
/// | opened_by  | `service/operation x6, ...`: what failed when it opened; empty once closed |
/// | open_until | while it is open                                                           |
///
/// | event                                               | row                 |
/// |-----------------------------------------------------|---------------------|
/// | a failure, it opened, it may be probed              | written             |
/// | a success closed it, or ended a row of failures     | gone                |
/// | its dispatcher left, as nobody called for a while   | gone                |
class breaker_board {
public:
  struct row {
    std::string caller_namespace_id;
    bool is_for_cancels = false;
    circuit_breaker::state state = circuit_breaker::state::closed;
    int failures = 0;
    std::string opened_by = {};
    time_point open_until = {};
  };

  void put(const std::string& endpoint, row what) {
    const bool is_quiet = what.state == circuit_breaker::state::closed && what.failures == 0;
    key of{what.caller_namespace_id, what.is_for_cancels};
    if (!is_quiet)
      rows_[endpoint].insert_or_assign(std::move(of), std::move(what));
    else if (const auto found = rows_.find(endpoint); found != rows_.end())
      erase(found, of);
  }

  void remove(const std::string& endpoint, const std::string& caller_namespace_id) {
    for (const bool is_for_cancels : {false, true})
      if (const auto found = rows_.find(endpoint); found != rows_.end())
        erase(found, {caller_namespace_id, is_for_cancels});
  }

  /// By the ids of the callers' namespaces.
  [[nodiscard]] std::vector<row> of(std::string_view endpoint) const {
    std::vector<row> all;
    if (const auto found = rows_.find(endpoint); found != rows_.end())
      for (const auto& [key, each] : found->second)
        all.push_back(each);
    return all;
  }

  /// How many of an endpoint are not closed.
  [[nodiscard]] std::size_t open(std::string_view endpoint) const {
    const auto found = rows_.find(endpoint);
    return found == rows_.end() ? 0
                                : static_cast<std::size_t>(
                                      std::ranges::count_if(found->second, [](const auto& each) {
                                        return each.second.state != circuit_breaker::state::closed;
                                      }));
  }

private:
  using key = std::pair<std::string, bool>;
  using table = std::map<std::string, std::map<key, row>, std::less<>>;

  void erase(table::iterator of, const key& which) {
    of->second.erase(which);
    if (of->second.empty())
      rows_.erase(of);
  }

  table rows_;
};

} // namespace troupe::embedded
