// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/handler_base.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::nexus {

/// The services that a worker serves, by name. Filled before the worker runs, then only read: no
/// locks.
class service_registry {
public:
  /// Throws `std::invalid_argument` for a service that is there already, an empty or reserved
  /// (`__temporal_...`) name, two operations with the same name, or an operation without a handler.
  void add(service_handler service);
  /// Its operations in place of those of the same names; other operations of the service stay.
  /// Throws as `add` does for names that cannot be.
  void replace(service_handler service);

  [[nodiscard]] bool empty() const noexcept { return services_.empty(); }

  /// The handler of an operation. Throws a NOT_FOUND `handler_error` that says which part is
  /// unknown.
  [[nodiscard]] std::shared_ptr<const detail::handler_base>
  find(std::string_view service, std::string_view operation) const;

  /// The name of an operation whose handler runs on the shard, for messages; empty if none does.
  [[nodiscard]] std::string first_on_shard() const;

private:
  struct entry {
    std::map<std::string, std::shared_ptr<const detail::handler_base>, std::less<>> operations;
    std::shared_ptr<const detail::handler_base> fallback;
  };
  std::map<std::string, entry, std::less<>> services_;
};

} // namespace troupe::nexus
