// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/preparation.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/protocol/endpoint_access.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

#include <map>
#include <set>
#include <string>

namespace troupe::embedded {
namespace {

void check(const std::string& what, const rpc_status& status) {
  if (!status.ok())
    throw service_error{what + ": " + status.message};
}

// As who registers one by a call is refused.
void refuse_impossible(const std::vector<service_namespace>& namespaces) {
  constexpr std::size_t longest_name = 1000;
  for (const auto& each : namespaces)
    if (each.name.empty() || each.name.size() > longest_name)
      throw service_error{
          "the name of a namespace takes 1 to 1000 bytes, not " + std::to_string(each.name.size())};
}

// A typing error, and not for the second one to win.
void refuse_duplicates(const std::vector<service_endpoint>& endpoints) {
  std::set<std::string> names;
  for (const auto& each : endpoints)
    if (!names.insert(each.name).second)
      throw service_error{"endpoint '" + each.name + "' is named twice"};
}

} // namespace

std::vector<std::function<void(directory&)>> preparation_of(const service_options& options) {
  refuse_impossible(options.namespaces);
  refuse_duplicates(options.endpoints);
  std::vector<std::function<void(directory&)>> changes;
  changes.emplace_back([wanted = options.namespaces](directory& here) {
    for (const auto& each : wanted)
      here.namespaces.ensure(each.name, each.retention);
  });
  std::map<std::string, attribute_type> attributes;
  for (const auto& [name, type] : options.search_attributes)
    attributes.emplace(name, static_cast<attribute_type>(type));
  std::vector<std::string> names{"default"};
  for (const auto& each : options.namespaces)
    names.push_back(each.name);
  if (!attributes.empty())
    for (const auto& name : names)
      changes.emplace_back([name, attributes](directory& here) {
        check(
            "search attributes of '" + name + "'",
            here.namespaces.ensure_attributes(name, attributes));
      });
  for (const auto& wanted : options.endpoints)
    changes.emplace_back([wanted](directory& here) {
      temporal::api::nexus::v1::EndpointSpec spec;
      spec.set_name(wanted.name);
      auto& target = *spec.mutable_target()->mutable_worker();
      target.set_namespace_(wanted.target_namespace);
      target.set_task_queue(wanted.target_task_queue);
      if (!wanted.allowed_callers.empty())
        protocol::set_allowed_callers(spec, wanted.allowed_callers);
      check("endpoint '" + wanted.name + "'", here.endpoints.ensure(spec, here.now()));
    });
  return changes;
}

} // namespace troupe::embedded
