// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/service_registry.hpp"

#include <troupe/nexus/error.hpp>

#include <stdexcept>
#include <utility>

namespace troupe::nexus {

namespace {

void check_name(std::string_view what, std::string_view name) {
  if (name.empty())
    throw std::invalid_argument("a Nexus " + std::string{what} + " needs a name");
  if (name.starts_with("__temporal_"))
    throw std::invalid_argument(
        "the Nexus " + std::string{what} + " name '" + std::string{name}
        + "' is reserved: names must not begin with '__temporal_'");
}

} // namespace

void service_registry::add(service_handler service) {
  check_name("service", service.name);
  if (services_.contains(service.name))
    throw std::invalid_argument("the Nexus service '" + service.name + "' is registered already");
  entry added{{}, std::move(service.fallback)};
  for (auto& [name, handler] : service.operations) {
    check_name("operation", name);
    if (!handler)
      throw std::invalid_argument(
          "the operation '" + name + "' of the Nexus service '" + service.name
          + "' has no handler");
    if (added.operations.contains(name))
      throw std::invalid_argument(
          "the Nexus service '" + service.name + "' has two operations with the name '" + name
          + "'");
    added.operations.emplace(std::move(name), std::move(handler));
  }
  services_.emplace(std::move(service.name), std::move(added));
}

void service_registry::replace(service_handler service) {
  service_registry checked;
  checked.add(service);
  auto& there = services_[service.name].operations;
  for (auto& [name, handler] : service.operations)
    there.insert_or_assign(std::move(name), std::move(handler));
}

std::shared_ptr<const detail::handler_base>
service_registry::find(std::string_view service, std::string_view operation) const {
  const auto found = services_.find(service);
  if (found == services_.end())
    throw handler_error{
        handler_error_type::not_found, "No handler for service '" + std::string{service} + "'."};
  const auto& operations = found->second.operations;
  if (const auto handler = operations.find(operation); handler != operations.end())
    return handler->second;
  if (found->second.fallback)
    return found->second.fallback;
  const auto count = operations.size();
  throw handler_error{
      handler_error_type::not_found,
      "Nexus service definition '" + std::string{service} + "' has no operation '"
          + std::string{operation} + "'. There are " + std::to_string(count)
          + " operations in the definition."};
}

std::string service_registry::first_on_shard() const {
  const auto is_on_shard = [](const auto& handler) {
    return handler && handler->start_place() == detail::place::shard;
  };
  for (const auto& [service, known] : services_) {
    for (const auto& [operation, handler] : known.operations)
      if (is_on_shard(handler))
        return std::string{"the operation "}.append(service).append("/").append(operation);
    if (is_on_shard(known.fallback))
      return "the handler of all other operations of " + service;
  }
  return {};
}

} // namespace troupe::nexus
