// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/rpc_status.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::nexus::v1 {
class Endpoint;
class EndpointSpec;
} // namespace temporal::api::nexus::v1

namespace troupe::embedded {

class namespace_registry;

/// The Nexus endpoints of the service: names unique, changes versioned; rules and texts of the real
/// server. Pure.
class endpoint_registry {
public:
  using id_source = std::function<std::string()>;

  endpoint_registry(const namespace_registry& namespaces, id_source ids);
  ~endpoint_registry();

  rpc_status create(
      const temporal::api::nexus::v1::EndpointSpec& spec,
      time_point now,
      temporal::api::nexus::v1::Endpoint& created);
  rpc_status update(
      const std::string& id,
      std::int64_t version,
      const temporal::api::nexus::v1::EndpointSpec& spec,
      time_point now,
      temporal::api::nexus::v1::Endpoint& updated);
  /// There is an endpoint of this name with this target: made if there is none; one with another
  /// target gets this one and keeps its id and its description.
  rpc_status ensure(const temporal::api::nexus::v1::EndpointSpec& spec, time_point now);
  rpc_status remove(const std::string& id, std::int64_t version);
  rpc_status get(const std::string& id, temporal::api::nexus::v1::Endpoint& found) const;
  /// All endpoints in the order of their ids, or none or one by name.
  rpc_status list(
      int page_size,
      const std::string& page_token,
      const std::string& name,
      const std::function<temporal::api::nexus::v1::Endpoint*()>& next,
      std::string& next_token) const;

  /// By the id that was recorded when an operation was scheduled. Null if there is none.
  [[nodiscard]] const temporal::api::nexus::v1::Endpoint* find(std::string_view id) const;
  [[nodiscard]] const temporal::api::nexus::v1::Endpoint* find_by_name(std::string_view name) const;
  /// The first endpoint that targets this namespace, null if none does.
  [[nodiscard]] const temporal::api::nexus::v1::Endpoint*
  find_by_target(std::string_view name_space) const;

  // -- changes that are made only once they are durable ------------------------------------------

  /// Endpoints as they are to be, and the ids of those that are to go.
  struct changes {
    std::vector<std::shared_ptr<const temporal::api::nexus::v1::Endpoint>> put;
    std::vector<std::string> removed;
  };
  /// Runs `change`, which calls what is above, without changing anything: gives what it would
  /// change, for `put` and `erase`.
  changes plan(const std::function<void()>& change);
  void put(temporal::api::nexus::v1::Endpoint entry);
  void erase(const std::string& id);

private:
  rpc_status check(const temporal::api::nexus::v1::EndpointSpec& spec) const;

  const namespace_registry& namespaces_;
  id_source ids_;
  std::map<std::string, std::unique_ptr<temporal::api::nexus::v1::Endpoint>, std::less<>> by_id_;
  std::map<std::string, std::string, std::less<>> ids_by_name_;
  changes* planned_ = nullptr; ///< while a change is planned
};

} // namespace troupe::embedded
